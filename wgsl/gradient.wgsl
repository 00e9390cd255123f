// What the adjoint differentiates by: Ψ, and the pose that the host has made of camera and clip box. All of it is f32, and
// the gradient is a flat array with the same offsets, which the host reads from here and gives to the kernels as constants
// Struct_member.

#import "psi.wgsl"
#import "view.wgsl"

struct Gradient {
  psi: Psi,
#if POSE
  pose: Pose,
#endif
}
