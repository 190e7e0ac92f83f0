/**
 * Elementary functions whose last bit is the same in every JavaScript engine, because they use nothing but
 * + - * / and Math.sqrt, which IEEE 754 rounds correctly. (ECMAScript leaves the rounding of Math.log, sin, cos and
 * acos to the engine.) They are what makes a seed a picture. All take and return doubles; errors are relative to the
 * result and measured in the tests.
 */

const { LN2, PI, SQRT2 } = Math;

const bits = new DataView(new ArrayBuffer(8));

/** Natural logarithm of a positive normal double. Error below 1e-13. */
export function ln(value: number): number {
  bits.setFloat64(0, value);
  const high = bits.getUint32(0);
  bits.setUint32(0, (high & 0xf_ffff) | 0x3ff0_0000);
  return lnScaled(bits.getFloat64(0), (high >>> 20) - 1023);
}

/** ln(mantissa * 2^exponent) for a mantissa in [1, 2]. */
export function lnScaled(mantissa: number, exponent: number): number {
  let m = mantissa;
  let e = exponent;
  if (m > SQRT2) {
    m *= 0.5;
    e += 1;
  }
  // ln m = 2 artanh s, a series in s^2 <= 0.0295.
  const s = (m - 1) / (m + 1);
  const q = s * s;
  const series =
    1 + q * (1 / 3 + q * (1 / 5 + q * (1 / 7 + q * (1 / 9 + q * (1 / 11 + q * (1 / 13 + q * (1 / 15)))))));
  return e * LN2 + 2 * s * series;
}

/** Sine of an angle in [-pi/4, pi/4]. Error below 1e-13, relative. */
export function sinEighth(angle: number): number {
  const q = angle * angle;
  return (
    angle *
    (1 -
      (q / 6) *
        (1 - (q / 20) * (1 - (q / 42) * (1 - (q / 72) * (1 - (q / 110) * (1 - (q / 156) * (1 - q / 210)))))))
  );
}

/** Cosine of an angle in [-pi/4, pi/4]. Error below 1e-13, relative. */
export function cosEighth(angle: number): number {
  const q = angle * angle;
  return (
    1 -
    (q / 2) *
      (1 - (q / 12) * (1 - (q / 30) * (1 - (q / 56) * (1 - (q / 90) * (1 - (q / 132) * (1 - q / 182))))))
  );
}

/** Sine of an angle in [0, pi]. */
export function sin(angle: number): number {
  const half = angle > PI / 2 ? PI - angle : angle;
  return half > PI / 4 ? cosEighth(PI / 2 - half) : sinEighth(half);
}

/** Cosine of an angle in [0, pi/2]. */
export function cos(angle: number): number {
  return angle > PI / 4 ? sinEighth(PI / 2 - angle) : cosEighth(angle);
}

/** Angle in [0, pi] whose cosine is `value`, in [-1, 1]. */
export function acos(value: number): number {
  return 2 * atanRatio(Math.sqrt(1 - value), Math.sqrt(1 + value));
}

/** Angle in [0, pi/2] of the point (x, y), both >= 0 and not both 0. */
function atanRatio(y: number, x: number): number {
  if (y > x) return PI / 2 - atanRatio(x, y);
  // Two half-angle steps, tan(a/2) = t / (1 + sqrt(1 + t^2)), leave t <= 0.199 to the series.
  let t = y / x;
  t /= 1 + Math.sqrt(1 + t * t);
  t /= 1 + Math.sqrt(1 + t * t);
  const q = t * t;
  let series = 0;
  for (let k = 19; k >= 1; k -= 2) series = 1 / k - q * series;
  return 4 * t * series;
}
