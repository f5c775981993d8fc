#include "pipeline/queue/run_job.h"

#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "errors/error.h"
#include "errors/quote.h"
#include "files/file.h"
#include "files/publish.h"
#include "files/temporary.h"
#include "models/weights/json.h"
#include "pipeline/generate/generate.h"
#include "pipeline/generate/hash.h"
#include "pipeline/generate/output_names.h"
#include "pipeline/queue/unfinished.h"

namespace flowreel {
namespace {

namespace fs = std::filesystem;

std::string folder_of(const Job& job, const std::string& output_dir) {
  return (fs::path(output_dir) / job.id).string();
}

std::string clip_name(const std::string& codec) { return "clip" + clip_ending(codec); }

GenerateOptions options_in(const Job& job, const std::string& folder) {
  const auto in_folder = [&](const char* name) { return (fs::path(folder) / name).string(); };
  GenerateOptions options = job.options;
  options.order = job.effective;
  options.output.path = in_folder(clip_name(options.output.codec).c_str());
  options.output.manifest = in_folder("manifest.json");
  if (job.contact_sheet) options.output.contact_sheet = in_folder("contact.png");
  if (job.save_latents) options.output.save_latents = in_folder("latents.safetensors");
  if (job.save_frames) options.output.frames_dir = in_folder("frames");
  return options;
}

// Whether the folder has the whole results of this very job.
bool is_done(const Job& job, const std::string& folder) {
  const fs::path manifest = fs::path(folder) / "manifest.json";
  const fs::path clip = fs::path(folder) / clip_name(job.options.output.codec);
  if (!fs::exists(manifest) || !fs::exists(clip)) return false;
  const nlohmann::json found = read_json_file(manifest.string());
  const auto same_job = found.find("order");
  if (same_job == found.end()) return false;
  nlohmann::json there = *same_job, wanted = nlohmann::json::parse(job.effective);
  for (nlohmann::json* order : {&there, &wanted}) order->erase("limits");  // they change no result
  if (there != wanted) return false;
  const auto hashes = found.find("hashes");
  return hashes != found.end() && hashes->value("file", "") == sha256_of_file(clip.string());
}

// Those events, but the wish to stop becomes an error when the job's time is up.
Events with_time_limit(const Job& job, const Events& events) {
  if (!job.timeout_s) return events;
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                      std::chrono::duration<double>(*job.timeout_s));
  Events limited = events;
  limited.stop_requested = [=, &events] {
    if (Clock::now() > end)
      throw TemporaryError("job " + quote(job.id) + " took longer than its limits.timeout_s, " +
                           number_text(*job.timeout_s) + " s");
    return events.stop_requested && events.stop_requested();
  };
  return limited;
}

TemporaryPath temporary_of(const std::string& folder, int64_t token) {
  if (token == 0) return TemporaryPath(folder);
  return TemporaryPath(folder, claim_tag(token));
}

// A folder that is there, or is made and goes again if nothing came into it.
class Folder {
 public:
  explicit Folder(const std::string& path) : path_(path) {
    std::error_code error;
    made_ = fs::create_directories(path, error);
    if (error) throw_not_made(path, error.value());
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    std::error_code ignored;
    if (made_) fs::remove(path_, ignored);  // only when it is empty
  }

 private:
  std::string path_;
  bool made_;
};

}  // namespace

JobResult run_job(const Job& job, const RunJobOptions& where, const Events& events) {
  JobResult result;
  result.folder = folder_of(job, where.output_dir);
  result.clip = (fs::path(result.folder) / clip_name(job.options.output.codec)).string();
  result.manifest = (fs::path(result.folder) / "manifest.json").string();
  const std::string checkpoint = checkpoint_file(where.output_dir, job.id);
  std::error_code ignored;
  if (is_done(job, result.folder)) {
    result.was_there = true;
    fs::remove(checkpoint, ignored);  // of a run that died between its publishing and this
    return result;
  }
  check_absent(result.folder, /*overwrite=*/false);
  const Folder parent(where.output_dir);
  remove_unfinished(where.output_dir, job.id, where.token);
  const TemporaryPath temporary = temporary_of(result.folder, where.token);
  const Folder working(temporary.name());
  GenerateOptions options = options_in(job, temporary.name());
  options.checkpoint.file = checkpoint;
  generate(options, with_time_limit(job, events), where.models);
  if (where.may_publish && !where.may_publish())
    throw TemporaryError("job " + quote(job.id) +
                         " is no longer this claim's; nothing is published");
  try {
    publish({{temporary.name(), result.folder, /*overwrite=*/false}});
  } catch (const OutputError&) {
    result.was_there = is_done(job, result.folder);  // another run of it was first
    if (!result.was_there) throw;
  }
  fs::remove(checkpoint, ignored);
  return result;
}

RunRecord check_job(const Job& job, const std::string& output_dir, const Events& events) {
  const std::string folder = folder_of(job, output_dir);
  if (!is_done(job, folder)) check_absent(folder, /*overwrite=*/false);
  return check_generation(options_in(job, folder), events);
}

}  // namespace flowreel
