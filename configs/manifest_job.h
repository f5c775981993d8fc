// A manifest as the options that make its clip again.
#pragma once

#include <string>

#include "pipeline/generate/options.h"

namespace flowreel {

// What the manifest's "job" orders, in the tiles that it was decoded in, without names of outputs.
// `source` is the manifest's name in messages. DataError: not a manifest, or one without a job.
GenerateOptions options_of_manifest(const std::string& manifest, const std::string& source);

}  // namespace flowreel
