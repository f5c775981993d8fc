#include "pipeline/consistency/measure_clips.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "codecs/writer.h"
#include "errors/error.h"
#include "pipeline/consistency/result_json.h"
#include "tests/pipeline/consistency/test_clips.h"
#include "tests/scratch_folder.h"

namespace flowreel {
namespace {

class MeasureClips : public ::testing::Test {
 protected:
  // A pan at `speed` pixels per frame, lossless, as NAME.mkv.
  std::string write(const std::string& name, int frames, double speed, Codec codec = Codec::Ffv1) {
    const std::string path = folder_ / name + (codec == Codec::Ffv1 ? ".mkv" : ".mp4");
    WriterOptions options;
    options.codec = codec;
    options.width = test::kWidth;
    options.height = test::kHeight;
    options.fps = {16, 1};
    VideoWriter writer(path, options);
    for (int i = 0; i < frames; ++i) {
      const cv::Mat frame = test::texture(speed * i, 0);
      writer.write(at::from_blob(frame.data, {frame.rows, frame.cols, 3}, at::kByte).clone());
    }
    writer.finish();
    return path;
  }

  static ClipRequest request(const std::string& clip, const std::string& reference = "") {
    ClipRequest r;
    r.clip = clip;
    r.reference = reference;
    return r;
  }

  static bool warns(const ClipResult& clip, const std::string& word) {
    for (const std::string& warning : clip.warnings) {
      if (warning.find(word) != std::string::npos) return true;
    }
    return false;
  }

  testing::ScratchFolder folder_;
};

TEST_F(MeasureClips, AClipHasItsFactsAndItsDigest) {
  const MeasuredClips measured = measure_clips({request(write("a", 6, 2))}, {});
  ASSERT_EQ(measured.clips.size(), 1u);
  const ClipResult& clip = measured.clips[0];
  EXPECT_EQ(clip.facts.fps, 16);
  EXPECT_EQ(clip.facts.width, test::kWidth);
  EXPECT_EQ(clip.facts.height, test::kHeight);
  EXPECT_EQ(clip.end.frames, 6);
  EXPECT_EQ(clip.sha256.size(), 64u);
  EXPECT_EQ(clip.decode, "flowreel/honour-tags");
  EXPECT_TRUE(clip.warnings.empty());
  EXPECT_NE(measurement_of(clip, "temporal_flickering")->note.find("cv2-compat"),
            std::string::npos);
  EXPECT_EQ(measurement_of(clip, "psnr"), nullptr);
}

TEST_F(MeasureClips, ALossyClipIsWarnedOf) {
  const MeasuredClips measured = measure_clips({request(write("a", 20, 2, Codec::H264))}, {});
  EXPECT_TRUE(warns(measured.clips.at(0), "lossy h264"));
  EXPECT_TRUE(warns(measured.clips.at(0), "B-frames every"));
  EXPECT_GT(measured.clips.at(0).facts.mini_gop, 1);
}

// The same digits however many clips are measured at once, in the order they were asked for.
TEST_F(MeasureClips, SeveralAtOnceChangeNothing) {
  std::vector<ClipRequest> requests;
  for (int i = 0; i < 5; ++i)
    requests.push_back(request(write("clip" + std::to_string(i), 5, 0.5 * i)));
  MeasureAllOptions options;
  const auto text = [&](int parallel) {
    options.parallel = parallel;
    return to_json(Results{measure_clips(requests, options).clips, {}});
  };
  EXPECT_EQ(text(1), text(4));
}

TEST_F(MeasureClips, AReferenceIsReadAlong) {
  const std::string a = write("a", 6, 2), b = write("b", 6, 3);
  const ClipResult same = measure_clips({request(a, a)}, {}).clips.at(0);
  EXPECT_EQ(measurement_of(same, "psnr")->value, 100);
  EXPECT_EQ(measurement_of(same, "first_divergence_frame")->value, 6);
  EXPECT_EQ(same.frames_sha256, same.reference_frames_sha256);
  EXPECT_EQ(same.frames_sha256.size(), 64u);
  const ClipResult other = measure_clips({request(a, b)}, {}).clips.at(0);
  EXPECT_EQ(measurement_of(other, "first_divergence_frame")->value, 1);
  EXPECT_LT(*measurement_of(other, "psnr")->value, 40);
}

TEST_F(MeasureClips, AReferenceOfAnotherLengthIsRefused) {
  const std::string a = write("a", 6, 2), b = write("b", 7, 2);
  for (const auto& [clip, reference] : {std::pair(a, b), std::pair(b, a)}) {
    const MeasuredClips measured = measure_clips({request(clip, reference)}, {});
    ASSERT_EQ(measured.failed.size(), 1u);
    EXPECT_EQ(measured.failed[0].exit_code, 65);
    EXPECT_NE(measured.failed[0].text.find(" beside "), std::string::npos);
  }
}

TEST_F(MeasureClips, ABrokenClipLosesNoneOfTheOthers) {
  std::ofstream(folder_ / "broken.mp4") << "no clip";
  const std::string a = write("a", 4, 1);
  MeasureAllOptions options;
  options.parallel = 2;
  const MeasuredClips measured = measure_clips(
      {request(folder_ / "broken.mp4"), request(a), request(folder_ / "none.mp4")}, options);
  ASSERT_EQ(measured.clips.size(), 1u);
  EXPECT_EQ(measured.clips[0].name, a);
  ASSERT_EQ(measured.failed.size(), 2u);
  EXPECT_EQ(measured.failed[0].exit_code, 65);
  EXPECT_EQ(measured.failed[1].exit_code, 66);
}

TEST_F(MeasureClips, ProgressCountsFramesAndMayStop) {
  const std::string a = write("a", 6, 1), b = write("b", 5, 1);
  MeasureAllOptions options;
  std::vector<int64_t> seen;
  int64_t total = 0;
  options.progress = [&](int64_t done, int64_t of) {
    seen.push_back(done);
    total = of;
  };
  measure_clips({request(a), request(b)}, options);
  EXPECT_EQ(total, 11);
  EXPECT_EQ(seen.front(), 0);
  EXPECT_EQ(seen.back(), 11);
  options.parallel = 2;
  options.progress = [](int64_t done, int64_t) {
    if (done == 3) throw Interrupted("stopped on request");
  };
  EXPECT_THROW(measure_clips({request(a), request(b)}, options), Interrupted);
}

}  // namespace
}  // namespace flowreel
