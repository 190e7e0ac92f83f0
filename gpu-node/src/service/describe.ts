import type { DescribeResponse } from '@tessera/proto';
import { isPadded } from '../worker/graphs.js';
import type { LoadedBundles } from './loaded-bundles.js';

/** The method Describe: what the node is, and what the measurement at load found. */
export function describe(node: Omit<DescribeResponse, 'bundles'>, bundles: LoadedBundles): DescribeResponse {
  return {
    ...node,
    bundles: [...bundles].map(({ digest, manifest, report }) => ({
      digest,
      name: manifest.name,
      batch: report.size.rows,
      secondsPerEvaluation: report.secondsPerEvaluation,
      numerics: report.numerics,
      padded: isPadded(report.size),
      flops: { ...report.flops },
    })),
  };
}
