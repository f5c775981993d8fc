// Logarithm, sine and cosine built from + - * / alone. libm differs between machines and releases;
// these give the same bits wherever IEEE 754 double arithmetic does (compiled without contraction
// into fused operations).
#pragma once

namespace flowreel {

// ln x for a positive normal x, to 2 ulp.
double reproducible_log(double x);

struct SinCos {
  double sin;
  double cos;
};

// sin and cos of 2 pi u, u in [0, 1], each to 2 ulp: the angle is in turns, so that reducing it is
// exact.
SinCos reproducible_sincos_turns(double u);

}  // namespace flowreel
