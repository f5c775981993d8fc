#include "tools/flowreel/consistency_inputs.h"

#include <set>

#include "configs/clip_list.h"
#include "errors/error.h"
#include "errors/quote.h"
#include "pipeline/consistency/job_clips.h"

namespace flowreel {
namespace {

std::vector<ClipRequest> requests_for(const std::vector<std::string>& clips) {
  std::vector<ClipRequest> requests;
  for (const std::string& clip : clips) {
    ClipRequest request;
    request.clip = clip;
    requests.push_back(request);
  }
  return requests;
}

}  // namespace

std::vector<ClipRequest> requested_clips(const ConsistencyInputs& inputs) {
  const int given = !inputs.clips.empty() + !inputs.manifest.empty() + !inputs.jobs.empty();
  if (given == 0)
    throw UsageError("no clip is named; expected clips or folders of frames, --manifest or --jobs");
  if (given > 1) throw UsageError("clips, --manifest and --jobs exclude each other; give only one");
  std::vector<ClipRequest> requests = !inputs.clips.empty() ? requests_for(inputs.clips)
                                      : inputs.jobs.empty()
                                          ? read_clip_list(inputs.manifest)
                                          : requests_for(clips_of_jobs(inputs.jobs));
  if (!inputs.reference.empty()) {
    if (requests.size() != 1)
      throw UsageError("--reference is for one clip, there are " + std::to_string(requests.size()) +
                       "; a --manifest can name one for each");
    requests[0].reference = inputs.reference;
  }
  std::set<std::string> names;
  for (const ClipRequest& request : requests) {
    if (!names.insert(request.clip).second)
      throw UsageError(quote(request.clip) + " is named more than once");
  }
  return requests;
}

}  // namespace flowreel
