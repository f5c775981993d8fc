#include "pipeline/evaluate/report.h"

#include <cstdio>
#include <filesystem>

#include "codecs/image.h"
#include "errors/error.h"
#include "errors/quote.h"
#include "files/file.h"

namespace flowreel {
namespace {

// Texts have no quotes in them.
std::string quoted(const std::string& text) { return "\"" + text + "\""; }

const char* digit(bool right) { return right ? ",1" : ",0"; }

}  // namespace

EvaluationFolder::Folder::Folder(const std::string& name) : path(name) {
  check_local_path(path);
  std::error_code error;
  made = std::filesystem::create_directories(path, error);
  if (error || !std::filesystem::is_directory(path, error)) {
    throw OutputError("--output " + quote(path) + " cannot be made: " + error.message() +
                      "; expected a folder");
  }
}

EvaluationFolder::Folder::~Folder() {
  std::error_code not_empty;
  if (made) std::filesystem::remove(path, not_empty);
}

EvaluationFolder::EvaluationFolder(const std::string& path, bool overwrite)
    : folder_(path),
      contact_path_(path + "/contact.png"),
      overwrite_(overwrite),
      results_(path + "/results.csv", overwrite),
      lines_("number,caption,seen,shape,colour,motion,background,all\n") {
  check_absent(contact_path_, overwrite);
}

void EvaluationFolder::add(const at::Tensor& frames, const JudgedClip& clip) {
  sheet_.add(frames, clip);
  const Verdict& v = clip.verdict;
  lines_ += std::to_string(clips_++) + "," + quoted(clip.caption) + "," +
            quoted(describe(clip.seen)) + digit(v.shape) + digit(v.colour) + digit(v.motion) +
            digit(v.background) + digit(v.all()) + "\n";
}

void EvaluationFolder::finish() {
  results_.write(lines_.data(), lines_.size());
  write_png(contact_path_, sheet_.picture(), overwrite_);
  results_.commit();
}

std::string rates_table(const std::vector<Rate>& rates) {
  std::string table = "property     right    of    rate   95 % interval\n";
  for (const Rate& rate : rates) {
    char line[96];
    const double share =
        rate.of > 0 ? static_cast<double>(rate.right) / static_cast<double>(rate.of) : 0;
    std::snprintf(line, sizeof line, "%-11s %6lld %5lld %5.1f %%   %.1f to %.1f %%\n",
                  rate.property.c_str(), static_cast<long long>(rate.right),
                  static_cast<long long>(rate.of), 100 * share, 100 * rate.interval.low,
                  100 * rate.interval.high);
    table += line;
  }
  return table;
}

}  // namespace flowreel
