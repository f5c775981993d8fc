// What the fused functions share.
#pragma once

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

namespace flowreel::fused {

inline at::Tensor wide(const at::Tensor& x) { return x.to(at::kFloat).contiguous(); }

// Into how many parts a sample's tokens are cut, whatever the number of threads: what is summed
// over them is then always added up in the same order.
inline constexpr int64_t kParts = 8;

// Tokens begin … end-1 of sample b, part number `part` of b's.
struct Part {
  int64_t b, part, begin, end;
};

// pass(Part) for each part of each sample, on all threads.
template <typename Pass>
void for_each_part(int64_t samples, int64_t tokens, const Pass& pass) {
  at::parallel_for(0, samples * kParts, 1, [&](int64_t first, int64_t last) {
    for (int64_t i = first; i < last; ++i) {
      const int64_t part = i % kParts;
      pass(Part{i / kParts, part, part * tokens / kParts, (part + 1) * tokens / kParts});
    }
  });
}

// Sums of n numbers by part, to be added to by one thread each and then put together.
class PartialSums {
 public:
  PartialSums(int64_t samples, int64_t n) : n_(n), sums_(at::zeros({samples, kParts, n})) {}
  float* of(const Part& p) { return sums_.data_ptr<float>() + (p.b * kParts + p.part) * n_; }
  at::Tensor by_sample() const { return sums_.sum(1); }    // [B,n]
  at::Tensor of_all() const { return sums_.sum({0, 1}); }  // [n]

 private:
  int64_t n_;
  at::Tensor sums_;  // float32
};

}  // namespace flowreel::fused
