// First values of an autoencoder that make it learn from the first step.
#pragma once

#include "models/vae/hunyuan_vae.h"

namespace flowreel {

// To be called after initialise(). The residual branches begin as 0 (as in Goyal et al., arXiv
// 1706.02677, section 5.1), and the convolutions between them carry the three colours, once with
// either sign, through to the output: the untrained autoencoder gives back a coarse copy of its
// clip. With the usual random values it gives back grey: every group norm divides out how strong
// its input was, and thousands of steps pass before colours find their way around that. Two
// channels of opposite constants keep a group's scale about the same whatever the clip shows. The
// posterior begins narrow, so that the copy does not drown in its noise.
//
// Leaves an autoencoder alone that has fewer than 8 channels anywhere, or fewer than 3 latent ones.
void initialise_as_copy(HunyuanVae& vae);

// What was learnt from single images, for clips: a convolution's taps in time, which all see the
// same of an image, become the newest one alone, so that every frame is an image at first
// (inflation, Carreira & Zisserman, arXiv 1705.07750, section 2.3, for causal convolutions). What
// it makes of images stays.
void inflate(HunyuanVae& vae);

}  // namespace flowreel
