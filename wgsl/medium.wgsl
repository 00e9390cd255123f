// The medium at a sample: each channel's colour and extinction.

#import "probe.wgsl"
#import "contribution.wgsl"
#import "depth.wgsl"
