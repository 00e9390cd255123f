// What the fast passes are of: the view, Ψ, and the samples that matter, held along the rays or in the volume.

@group(0) @binding(0) var<storage, read> view: View;
@group(0) @binding(1) var<storage, read> psi: Psi;
@group(0) @binding(2) var<storage, read> lookup: Lookup;
#if HELD
@group(0) @binding(3) var<storage, read> held: array<f32>;
@group(0) @binding(4) var<storage, read> spans: array<vec2f>;
#else
@group(0) @binding(3) var<storage, read> volume: array<u32>;
@group(0) @binding(4) var<storage, read> bricks: array<u32>;
#endif
