// Motion between two frames, and what can be trusted of it.
#pragma once

#include <ATen/core/Tensor.h>

namespace flowreel {

// Dense flow [H,W,2] float32 (x, y; pixels): what is at p in `from` is at p + flow(p) in `to`. Luma
// (BT.601) of frames [H,W,3] uint8, at least 16x16, by DIS (Kroeger et al., arXiv 1603.03590;
// OpenCV's preset MEDIUM), always from an empty start, so that it depends on nothing but the
// frames.
at::Tensor optical_flow(const at::Tensor& from, const at::Tensor& to);

// image [H,W,C] float32 sampled at p + flow(p), bilinearly; outside, its edge.
at::Tensor warp(const at::Tensor& image, const at::Tensor& flow);

// [H,W] bool: where `forward` (of a frame) and `backward` (of the frame it leads to, back again)
// agree and stay inside. A pixel is hidden where |w + w'|² > 0.01 (|w|² + |w'|²) + 0.5, with w the
// forward flow and w' the backward one warped by it, or at an edge of the motion, |∇u|² + |∇v|² >
// 0.01 |w|² + 0.002 (Sundaram et al. 2010, as in Lai et al., arXiv 1808.00449); and where p + w
// lies outside, which theirs does not test.
at::Tensor visible(const at::Tensor& forward, const at::Tensor& backward);

}  // namespace flowreel
