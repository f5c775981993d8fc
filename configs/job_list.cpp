#include "configs/job_list.h"

#include <algorithm>
#include <set>

#include "configs/override.h"
#include "configs/presets.h"
#include "errors/error.h"
#include "errors/quote.h"
#include "files/file.h"

namespace flowreel {
namespace {

// A job is a page of text; a list of them may be long.
const JsonLimits kLimits = {16u << 20, 16};

bool ends_with(const std::string& text, const std::string& end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

// Fills in the preset that model.preset names, where it is a name at all; what else may be wrong
// there is read_job()'s to say.
void fill_preset(nlohmann::json& job, const std::string& file) {
  if (!job.is_object() || !job.contains("model")) return;
  const nlohmann::json& model = job["model"];
  if (!model.is_object() || !model.contains("preset") || !model["preset"].is_string()) return;
  job = joined(preset_values(model["preset"].get<std::string>(), file), job);
}

class Reader {
 public:
  explicit Reader(const std::vector<std::string>& overrides) : overrides_(overrides) {}

  void add(nlohmann::json value, const std::shared_ptr<const JsonSource>& source,
           const std::string& pointer) {
    for (const std::string& assignment : overrides_)
      if (value.is_object()) apply_override(value, assignment);
    fill_preset(value, source->file);
    Job job = read_job({std::move(value), source}, pointer);
    if (!ids_.insert(job.id).second) {
      throw DataError(source->file + ": id " + quote(job.id) +
                      " comes twice, expected a different one for every job");
    }
    jobs_.push_back(std::move(job));
  }

  std::vector<Job> jobs(const std::string& path) {
    if (jobs_.empty()) throw DataError(path + ": there is no job, expected at least one");
    return std::move(jobs_);
  }

 private:
  const std::vector<std::string>& overrides_;
  std::vector<Job> jobs_;
  std::set<std::string> ids_;
};

void read_lines(const std::string& text, const std::string& path, Reader& reader) {
  size_t begin = text.rfind("\xEF\xBB\xBF", 0) == 0 ? 3 : 0;
  for (size_t line = 1; begin < text.size(); ++line) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    const std::string one = text.substr(begin, end - begin);
    begin = end + 1;
    if (one.find_first_not_of(" \t\r") == std::string::npos) continue;
    const std::string name = path + ":" + std::to_string(line);
    const JsonDocument document = parse_document(one, name, kLimits);
    reader.add(document.value, std::make_shared<const JsonSource>(JsonSource{name, ""}), "");
  }
}

}  // namespace

std::vector<Job> read_jobs(const std::string& path, const std::vector<std::string>& overrides) {
  return parse_jobs(read_text(path, kLimits.max_bytes), path, overrides);
}

std::vector<Job> parse_jobs(std::string text, const std::string& name,
                            const std::vector<std::string>& overrides) {
  Reader reader(overrides);
  if (ends_with(name, ".jsonl") || ends_with(name, ".ndjson")) {
    read_lines(text, name, reader);
    return reader.jobs(name);
  }
  const JsonDocument document = parse_document(std::move(text), name, kLimits);
  if (!document.value.is_array()) {
    reader.add(document.value, document.source, "");
    return reader.jobs(name);
  }
  for (size_t i = 0; i < document.value.size(); ++i)
    reader.add(document.value[i], document.source, "/" + std::to_string(i));
  return reader.jobs(name);
}

}  // namespace flowreel
