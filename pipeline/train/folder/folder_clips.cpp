#include "pipeline/train/folder/folder_clips.h"

#include <ATen/ATen.h>

#include "errors/error.h"
#include "errors/quote.h"
#include "pipeline/train/folder/captions.h"
#include "pipeline/train/folder/validation_split.h"
#include "pipeline/train/folder/windows.h"

namespace flowreel {
namespace {

struct Window {
  std::shared_ptr<const CaptionedClip> clip;
  int64_t index = 0;  // of the clip's windows
  std::string identity;
  at::Tensor pixels;  // [F,H,W,3] uint8; undefined: decoded when asked for
};

class FolderSet : public ClipSet {
 public:
  FolderSet(DataOptions data, at::Device device) : data_(std::move(data)), device_(device) {}

  void add(Window window) { windows_.push_back(std::move(window)); }

  int64_t count() const override { return static_cast<int64_t>(windows_.size()); }

  at::Tensor clips(const ClipNumbers& numbers) const override {
    std::vector<at::Tensor> clips;
    for (int64_t number : numbers) {
      const at::Tensor pixels = pixels_of(window(number)).to(device_);
      clips.push_back(pixels.permute({3, 0, 1, 2}).to(at::kFloat).div_(127.5).sub_(1));
    }
    return at::stack(clips);
  }

  std::string caption(int64_t number) const override { return window(number).clip->caption; }
  std::string identity(int64_t number) const override { return window(number).identity; }

 private:
  const Window& window(int64_t number) const { return windows_.at(static_cast<size_t>(number)); }

  at::Tensor pixels_of(const Window& wanted) const {
    if (wanted.pixels.defined()) return wanted.pixels;
    at::Tensor found;
    int64_t index = 0;
    read_windows(wanted.clip->path, data_, [&](const at::Tensor& window) {
      if (index++ == wanted.index) found = window;
      return !found.defined();
    });
    if (!found.defined() || identity_of(found) != wanted.identity)
      throw DataError(wanted.clip->place + " has changed since the run began");
    return found;
  }

  DataOptions data_;
  at::Device device_;
  std::vector<Window> windows_;
};

class Builder {
 public:
  Builder(const DataOptions& data, at::Device device, const CaptionTokenizer& tokenizer,
          const TrainingEvents& events)
      : data_(data),
        tokenizer_(tokenizer),
        events_(events),
        bytes_left_(data.folder.memory_gib * 0x1p30),
        training_(std::make_shared<FolderSet>(data, device)),
        validation_(std::make_shared<FolderSet>(data, device)) {}

  ClipSets operator()() {
    const std::vector<CaptionedClip> clips = read_captions(data_.folder.path);
    for (const CaptionedClip& clip : clips) check_caption(clip);
    const std::vector<bool> validates = split(clips);
    for (size_t i = 0; i < clips.size(); ++i) {
      check_stop();
      add_clip(clips[i], validates[i] ? *validation_ : *training_);
      if ((i + 1) % 100 == 0)
        tell("read clips: " + std::to_string(i + 1) + " of " + std::to_string(clips.size()));
    }
    tell_of_unused(clips);
    tell(quote(data_.folder.path) + ": " + std::to_string(clips.size()) + " clips, " +
         std::to_string(training_->count()) + " windows to train on and " +
         std::to_string(validation_->count()) + " to validate with");
    return {training_, validation_};
  }

 private:
  void tell(const std::string& text) const {
    if (events_.notice) events_.notice(text);
  }

  void check_stop() const {
    if (events_.stop_requested && events_.stop_requested())
      throw Interrupted("stopped while reading clips");
  }

  // Runs `act`; its errors get the clip's place in front and keep their exit codes.
  template <typename Act>
  static auto at_place(const CaptionedClip& clip, Act act) {
    try {
      return act();
    } catch (const Error& error) {
      throw Error(error.exit_code(), clip.place + ": " + error.what());
    }
  }

  void check_caption(const CaptionedClip& clip) const {
    if (tokenizer_) at_place(clip, [&] { return tokenizer_(clip.caption); });
  }

  std::vector<bool> split(const std::vector<CaptionedClip>& clips) const {
    std::vector<std::string> names;
    for (const CaptionedClip& clip : clips) names.push_back(clip.file);
    try {
      return validation_split(names, data_.folder.validation_share);
    } catch (const DataError& error) {
      throw DataError(data_.folder.path + "/captions.jsonl: " + error.what());
    }
  }

  void add_clip(const CaptionedClip& clip, FolderSet& set) {
    const auto shared = std::make_shared<const CaptionedClip>(clip);
    int64_t index = 0;
    const int64_t frames = at_place(clip, [&] {
      return read_windows(clip.path, data_, [&](const at::Tensor& pixels) {
        const auto bytes = static_cast<double>(pixels.numel());
        const bool held = bytes <= bytes_left_;
        if (held) bytes_left_ -= bytes;
        set.add({shared, index++, identity_of(pixels), held ? pixels : at::Tensor()});
        return true;
      });
    });
    if (index > 0) return;
    const std::string rate = data_.folder.fps > 0
                                 ? " at " + number_text(data_.folder.fps) + " frames per second"
                                 : std::string();
    throw DataError(clip.place + " has " + std::to_string(frames) + " frames" + rate +
                    ", expected at least the " + std::to_string(data_.frames) + " of data.frames");
  }

  void tell_of_unused(const std::vector<CaptionedClip>& clips) const {
    const auto unused = clips_without_caption(data_.folder.path, clips);
    if (unused.empty()) return;
    constexpr size_t kShown = 3;
    std::string names;
    for (size_t i = 0; i < std::min(unused.size(), kShown); ++i)
      names += (i == 0 ? "" : ", ") + quote(unused[i]);
    if (unused.size() > kShown) names += ", ...";
    tell(quote(data_.folder.path) + ": " + std::to_string(unused.size()) +
         " without a caption, not used: " + names);
  }

  const DataOptions& data_;
  const CaptionTokenizer& tokenizer_;
  const TrainingEvents& events_;
  double bytes_left_;
  std::shared_ptr<FolderSet> training_, validation_;
};

}  // namespace

ClipSets folder_clips(const DataOptions& data, at::Device device, const CaptionTokenizer& tokenizer,
                      const TrainingEvents& events) {
  return Builder(data, device, tokenizer, events)();
}

}  // namespace flowreel
