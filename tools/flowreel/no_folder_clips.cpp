#include "errors/error.h"
#include "pipeline/train/folder/folder_clips.h"

namespace flowreel {

ClipSets folder_clips(const DataOptions&, at::Device, const CaptionTokenizer&,
                      const TrainingEvents&) {
  throw UsageError(
      "data.kind is \"folder\", which a build without codecs cannot read; expected \"shapes\", or "
      "a "
      "build with FLOWREEL_MEDIA");
}

}  // namespace flowreel
