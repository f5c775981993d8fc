#include "pipeline/generate/compute.h"

#include <ATen/Parallel.h>

#include "errors/error.h"
#include "models/weights/device.h"
#include "pipeline/generate/cores.h"

namespace flowreel {
ComputePlan plan_compute(const ComputeOptions& options) {
  ComputePlan plan;
  plan.device = parse_device(options.device);
  if (options.dtype == "auto") {
    if (plan.device.is_cuda()) {
      plan.transformer = at::kBFloat16;
      plan.text = plan.vae = at::kHalf;
    }
  } else if (options.dtype == "float32" || options.dtype == "bfloat16" ||
             options.dtype == "float16") {
    const at::ScalarType type = options.dtype == "float32"    ? at::kFloat
                                : options.dtype == "bfloat16" ? at::kBFloat16
                                                              : at::kHalf;
    plan.transformer = plan.text = plan.vae = type;
  } else {
    throw UsageError("--dtype is \"" + options.dtype +
                     "\", expected auto, float32, bfloat16 or float16");
  }
  if (options.threads < 0 || options.threads > 1024) {
    throw UsageError("--threads is " + std::to_string(options.threads) +
                     ", expected 0 (one per core) to 1024");
  }
  const bool strict = options.determinism == Determinism::kStrict;
  plan.threads = strict ? kStrictThreads : options.threads > 0 ? options.threads : core_count();
  use_cores(strict ? options.threads : 0);
  at::set_num_threads(plan.threads);
  use_exact_kernels();
  return plan;
}

}  // namespace flowreel
