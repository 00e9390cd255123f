// Elementary functions to about an ulp, from arithmetic alone. The built-in ones may be far off (sin and cos by 2⁻¹¹, log2 by
// 2⁻²¹ near 1) and drivers make use of it: where a gradient's parts cancel that is more than its third digit. These are also
// the same on every driver.

// 2^x, for x of −126 … 127; beyond these 0, and 2^127.
fn precise_exp2(x: f32) -> f32 {
  let whole = round(clamp(x, -127.0, 127.0));
  let f = clamp(x, -127.0, 127.0) - whole;
  let power = bitcast<f32>(u32(i32(whole) + 127) << 23u);
  // Cephes, exp2f.
  return power * (1.0 + f * (0.6931472028550421 + f * (0.2402264791363012 + f * (0.05550332471162809
    + f * (0.009618437357674640 + f * (0.001339887440266574 + f * 0.0001535336188319500))))));
}

// log₂ x for normal x > 0.
fn precise_log2(x: f32) -> f32 {
  // x = m·2^e with m in √½ … √2, then log m = 2 artanh s.
  let bits = bitcast<u32>(x) - 0x3f3504f3u;
  let e = f32(bitcast<i32>(bits) >> 23u);
  let m = bitcast<f32>((bits & 0x7fffffu) + 0x3f3504f3u);
  let s = (m - 1.0) / (m + 1.0);
  let z = s * s;
  let series = 1.0 + z * (1.0 / 3.0 + z * (1.0 / 5.0 + z * (1.0 / 7.0 + z / 9.0)));
  return e + 2.8853900817779268 * s * series;
}

// (cos, sin) of an angle in degrees.
fn cos_sin(degrees: f32) -> vec2f {
  let quarter = round(degrees / 90.0);
  let x = radians(degrees - 90.0 * quarter);
  let z = x * x;
  // Cephes, sinf and cosf.
  let sine = x + x * z * (-0.16666654611 + z * (0.0083321608736 - z * 0.00019515295891));
  let cosine = 1.0 - 0.5 * z + z * z * (0.04166664568298827 - z * (0.001388731625493765 - z * 0.00002443315711809948));
  switch (u32(i32(quarter)) & 3u) {
    case 0u: { return vec2f(cosine, sine); }
    case 1u: { return vec2f(-sine, cosine); }
    case 2u: { return vec2f(-cosine, -sine); }
    default: { return vec2f(sine, -cosine); }
  }
}

const LOG2_E = 1.4426950408889634;
const LN_2 = 0.6931471805599453;
