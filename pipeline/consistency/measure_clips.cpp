#include "pipeline/consistency/measure_clips.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <exception>
#include <mutex>
#include <new>
#include <optional>
#include <thread>
#include <variant>

#include "codecs/reader.h"
#include "errors/error.h"
#include "errors/quote.h"

namespace flowreel {
namespace {

// Frames that a clip says it has; 0 when it says nothing, or cannot be opened, which is told later.
int64_t frames_said(const std::string& clip) {
  try {
    const ClipInfo info = VideoReader::open(clip).info();
    return info.frames > 0 ? info.frames : std::lround(info.duration * info.fps.value());
  } catch (const Error&) {
    return 0;
  }
}

// Counts the frames of all clips, and remembers what stopped the work.
class Progress {
 public:
  Progress(const std::vector<ClipRequest>& requests, const MeasureAllOptions& options)
      : options_(options) {
    if (!options.progress) return;
    for (const ClipRequest& request : requests) total_ += frames_said(request.clip);
    options.progress(0, total_);
  }

  void one_more() {
    const std::lock_guard lock(mutex_);
    if (stopped_by_) std::rethrow_exception(stopped_by_);
    ++done_;
    if (!options_.progress) return;
    try {
      options_.progress(std::min(done_, total_), total_);
    } catch (...) {
      stopped_by_ = std::current_exception();
      throw;
    }
  }

  bool stopped() {
    const std::lock_guard lock(mutex_);
    return stopped_by_ != nullptr;
  }
  void rethrow() const {
    if (stopped_by_) std::rethrow_exception(stopped_by_);
  }

 private:
  const MeasureAllOptions& options_;
  std::mutex mutex_;
  int64_t done_ = 0, total_ = 0;
  std::exception_ptr stopped_by_;
};

// Readers name their file; meters do not know it.
std::string named(const std::string& clip, const std::string& text) {
  return text.find(quote(clip)) != std::string::npos ? text : quote(clip) + ": " + text;
}

using Outcome = std::variant<std::monostate, ClipResult, FailedClip>;

Outcome measure_one(const ClipRequest& request, const MeasureAllOptions& all, Progress& progress) {
  MeasureOptions options = all.each;
  options.reference = request.reference;
  options.progress = [&progress](int64_t) { progress.one_more(); };
  try {
    ClipResult result = measure_clip(request.clip, options);
    if (!request.prompt_id.empty()) result.prompt_id = request.prompt_id;
    if (request.seed) result.seed = request.seed;
    return result;
  } catch (const Error& error) {
    if (progress.stopped()) return {};
    return FailedClip{request.clip, error.exit_code(), named(request.clip, error.what())};
  } catch (const std::bad_alloc&) {
    return FailedClip{request.clip, MemoryError("").exit_code(),
                      quote(request.clip) + ": out of memory; expected room for a few frames"};
  } catch (const std::exception& error) {
    if (progress.stopped()) return {};
    return FailedClip{request.clip, NumericsError("").exit_code(),
                      quote(request.clip) + " cannot be measured: " + error.what()};
  }
}

}  // namespace

MeasuredClips measure_clips(const std::vector<ClipRequest>& requests,
                            const MeasureAllOptions& options) {
  Progress progress(requests, options);
  std::vector<Outcome> outcomes(requests.size());
  std::atomic<size_t> next = 0;
  const auto work = [&] {
    for (size_t i = next++; i < requests.size() && !progress.stopped(); i = next++)
      outcomes[i] = measure_one(requests[i], options, progress);
  };
  std::vector<std::jthread> others;
  const size_t threads = std::min(requests.size(), static_cast<size_t>(options.parallel));
  for (size_t i = 1; i < threads; ++i) others.emplace_back(work);
  work();
  others.clear();  // joins them
  progress.rethrow();
  MeasuredClips all;
  for (Outcome& outcome : outcomes) {
    if (auto* clip = std::get_if<ClipResult>(&outcome)) all.clips.push_back(std::move(*clip));
    if (auto* failed = std::get_if<FailedClip>(&outcome)) all.failed.push_back(std::move(*failed));
  }
  return all;
}

}  // namespace flowreel
