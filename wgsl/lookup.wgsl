// The transfer functions as the fast kernels read them: pieces between knots, found by a table. Made from Ψ by the host
// (engine/lookup.ts) before each pass.

#import "elementary.wgsl"

// The pieces of a function with KNOTS knots: flat up to the first, KNOTS − 1 between, flat from the last.
const PIECES = KNOTS + 1u;

struct Table {
  lo: f32,
  inverse_range: f32,
  gamma: f32,
  // How many knots have x ≤ i/CELLS: the piece that i/CELLS lies on.
  first: array<u32, CELLS>,
  // Of each piece: its ends in u (-1 and 2 where it has none), 1/its width (0 where flat).
  start: array<f32, PIECES>,
  end: array<f32, PIECES>,
  inverse_width: array<f32, PIECES>,
  // Colour and extinction at its start, and what they rise to its end.
  red: array<f32, PIECES>,
  green: array<f32, PIECES>,
  blue: array<f32, PIECES>,
  extinction: array<f32, PIECES>,
  red_rise: array<f32, PIECES>,
  green_rise: array<f32, PIECES>,
  blue_rise: array<f32, PIECES>,
  extinction_rise: array<f32, PIECES>,
  // The knots that it ends in.
  left: array<u32, PIECES>,
  right: array<u32, PIECES>,
  // How many cells of t before it matter, that is, have extinction or a gradient that is wanted. There is a cell of all t ≤ 0,
  // CELLS up to 1 and one of all from there.
  matter: array<u32, CELLS + 3>,
}

struct Lookup {
  // The optical depth behind which nothing is seen, see engine/lookup.ts.
  opaque: f32,
  // Whether the gradient by the extinction of a clear knot is wanted.
  wants_clear: u32,
  // Whether no range of intensities can be left out.
  dense: u32,
  // Whether clear samples are taken as all others are, to measure what leaving them out gives.
  everything: u32,
  tables: array<Table, CHANNELS>,
}

// Where the present sample's intensities fall: places in the window (unclamped), values that the transfer functions take, places
// on their pieces.
var<private> windowed: array<f32, CHANNELS>;
var<private> value: array<f32, CHANNELS>;
var<private> along: array<f32, CHANNELS>;

// The pieces that the present sample lies on: neighbours on a ray mostly lie on the same, so what is looked up is kept.
var<private> piece: array<u32, CHANNELS>;
var<private> piece_start: array<f32, CHANNELS>;
var<private> piece_end: array<f32, CHANNELS>;
var<private> piece_inverse_width: array<f32, CHANNELS>;
var<private> piece_extinction: array<f32, CHANNELS>;
var<private> piece_extinction_rise: array<f32, CHANNELS>;

// What is the same all along a ray, off the buffer: drivers would load it for each sample anew.
var<private> window_lo: array<f32, CHANNELS>;
var<private> window_inverse_range: array<f32, CHANNELS>;
var<private> is_dense: bool;
var<private> clear_is_wanted: bool;

// Before the first sample of a ray: on no piece.
fn begin_lookup() {
  is_dense = lookup.dense != 0u;
  clear_is_wanted = lookup.wants_clear != 0u;
  for (var c = 0u; c < CHANNELS; c++) {
    window_lo[c] = lookup.tables[c].lo;
    window_inverse_range[c] = lookup.tables[c].inverse_range;
    piece_end[c] = -2.0;
  }
}

fn put_through_window(channel: u32, v: f32) {
  let t = (v - window_lo[channel]) * window_inverse_range[channel];
#if GAMMA
  let inside = precise_exp2(lookup.tables[channel].gamma * precise_log2(clamp(t, 1e-30, 1.0)));
  value[channel] = select(select(inside, 1.0, t >= 1.0), 0.0, t <= 0.0);
#else
  value[channel] = clamp(t, 0.0, 1.0);
#endif
  windowed[channel] = t;
}

fn on_pieces() -> bool {
  var on = true;
  for (var c = 0u; c < CHANNELS; c++) {
    // On its start is looked up again: that is another piece where it is the first knot.
    on = on && value[c] > piece_start[c] && value[c] < piece_end[c];
  }
  return on;
}

fn enter_pieces() {
  for (var c = 0u; c < CHANNELS; c++) {
    let u = value[c];
    // By way of i32, which processors have an instruction for.
    var found = lookup.tables[c].first[min(u32(i32(u * f32(CELLS))), CELLS - 1u)];
#if CROWDED
    while (lookup.tables[c].end[found] <= u) {
      found++;
    }
#else
    found += u32(lookup.tables[c].end[found] <= u);
#endif
    piece[c] = found;
    piece_end[c] = lookup.tables[c].end[found];
    piece_start[c] = lookup.tables[c].start[found];
    piece_inverse_width[c] = lookup.tables[c].inverse_width[found];
    piece_extinction[c] = lookup.tables[c].extinction[found];
    piece_extinction_rise[c] = lookup.tables[c].extinction_rise[found];
  }
}

// Whether no intensity on these pieces has extinction, and that may make a difference.
fn pieces_are_clear() -> bool {
  var clear = lookup.everything == 0u;
  for (var c = 0u; c < CHANNELS; c++) {
    clear = clear && piece_extinction[c] == 0.0 && piece_extinction_rise[c] == 0.0;
  }
  return clear;
}

fn go_along_pieces() {
  for (var c = 0u; c < CHANNELS; c++) {
    along[c] = (value[c] - piece_start[c]) * piece_inverse_width[c];
  }
}

fn extinction_of(channel: u32) -> f32 {
  return piece_extinction[channel] + along[channel] * piece_extinction_rise[channel];
}

fn cell_of(t: f32) -> u32 {
  return select(u32(i32(clamp(t, 0.0, 1.0) * f32(CELLS))) + 1u, 0u, t <= 0.0);
}

fn cell_of_intensity(channel: u32, v: f32) -> u32 {
  return cell_of((v - window_lo[channel]) * window_inverse_range[channel]);
}

// Whether any intensity of a range matters.
fn matters(channel: u32, least: f32, most: f32) -> bool {
  return lookup.tables[channel].matter[cell_of_intensity(channel, least)]
    != lookup.tables[channel].matter[cell_of_intensity(channel, most) + 1u];
}

// Whether the present sample has no extinction, nor a gradient that is wanted.
fn is_clear() -> bool {
  var clear = true;
  for (var c = 0u; c < CHANNELS; c++) {
    let cell = cell_of(windowed[c]);
    clear = clear && lookup.tables[c].matter[cell] == lookup.tables[c].matter[cell + 1u];
  }
  return clear;
}
