import { EigenvalueDecomposition, Matrix } from 'ml-matrix';

/**
 * Fréchet distance of two sets of embeddings taken for Gaussians (Heusel et al., 2017):
 * |m1 - m2|^2 + tr(S1 + S2 - 2 (S1 S2)^(1/2)). Rows are samples, at least two of each; covariances with n - 1.
 */
export function frechetDistance(a: readonly ArrayLike<number>[], b: readonly ArrayLike<number>[]): number {
  const first = moments(a);
  const second = moments(b);
  // (S1 S2)^(1/2) has the trace of (S1^(1/2) S2 S1^(1/2))^(1/2), which is symmetric.
  const root = squareRoot(first.covariance);
  const cross = squareRoot(root.mmul(second.covariance).mmul(root)).trace();
  const shift = first.mean.reduce((sum, m, i) => sum + (m - second.mean[i]!) ** 2, 0);
  return Math.max(0, shift + first.covariance.trace() + second.covariance.trace() - 2 * cross);
}

function moments(samples: readonly ArrayLike<number>[]): { mean: number[]; covariance: Matrix } {
  const matrix = new Matrix(samples.map((sample) => Array.from(sample)));
  const mean = matrix.mean('column');
  const centred = matrix.subRowVector(mean);
  return {
    mean,
    covariance: centred
      .transpose()
      .mmul(centred)
      .div(samples.length - 1),
  };
}

/** Square root of a symmetric positive semi-definite matrix; eigenvalues that rounding put below 0 count as 0. */
function squareRoot(matrix: Matrix): Matrix {
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(matrix, {
    assumeSymmetric: true,
  });
  const roots = Matrix.diag(realEigenvalues.map((value) => Math.sqrt(Math.max(value, 0))));
  return eigenvectorMatrix.mmul(roots).mmul(eigenvectorMatrix.transpose());
}
