#include "pipeline/evaluate/report.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "codecs/image.h"
#include "errors/error.h"
#include "tests/pipeline/generate/run.h"

namespace flowreel {
namespace {

TEST(Report, FolderHasSheetAndTable) {
  const ScratchFolder scratch;
  const std::string path = scratch / "evaluation";
  EvaluationFolder folder(path, false);
  folder.add(at::zeros({5, 64, 64, 3}, at::kByte),
             {{}, "a red star", {}, {true, false, true, true}});
  EXPECT_FALSE(std::filesystem::exists(path + "/contact.png"));
  folder.finish();
  EXPECT_EQ(read_image(path + "/contact.png").dim(), 3);
  EXPECT_EQ(read_bytes(path + "/results.csv"),
            "number,caption,seen,shape,colour,motion,background,all\n"
            "0,\"a red star\",\"? ? ?, ? ?\",1,0,1,1,0\n");
}

TEST(Report, NothingIsReplacedUnasked) {
  const ScratchFolder scratch;
  std::ofstream(scratch / "contact.png") << "mine";
  EXPECT_THROW(EvaluationFolder(scratch.path(), false), OutputError);
  EXPECT_EQ(scratch.listing(), std::vector<std::string>{"contact.png"});
  EXPECT_NO_THROW(EvaluationFolder(scratch.path(), true));
  EXPECT_THROW(EvaluationFolder(scratch / "contact.png", false), OutputError);
}

TEST(Report, WithoutResultsNothingIsLeft) {
  const ScratchFolder scratch;
  {
    EvaluationFolder folder(scratch / "evaluation", false);
    folder.add(at::zeros({5, 64, 64, 3}, at::kByte), {{}, "a red star", {}, {}});
  }
  EXPECT_TRUE(scratch.listing().empty());
}

TEST(Report, TableHasARowPerProperty) {
  EXPECT_EQ(rates_table({{"shape", 93, 100, {0.861, 0.966}}, {"all four", 0, 0, {}}}),
            "property     right    of    rate   95 % interval\n"
            "shape           93   100  93.0 %   86.1 to 96.6 %\n"
            "all four         0     0   0.0 %   0.0 to 100.0 %\n");
}

}  // namespace
}  // namespace flowreel
