#include "pipeline/train/loss_log.h"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "errors/error.h"
#include "files/output_file.h"

namespace flowreel {
namespace {

constexpr const char* kHeader = "step,set,name,value";

LossLog::Row parse_row(const std::string& line, const std::string& path) {
  std::istringstream fields(line);
  std::string step, set, name, value;
  std::getline(fields, step, ',');
  std::getline(fields, set, ',');
  std::getline(fields, name, ',');
  std::getline(fields, value);
  char *step_end = nullptr, *value_end = nullptr;
  const LossLog::Row row{std::strtoll(step.c_str(), &step_end, 10), set, name,
                         std::strtod(value.c_str(), &value_end)};
  if (step.empty() || value.empty() || *step_end != 0 || *value_end != 0)
    throw DataError(path + ": the line \"" + line + "\" is not " + kHeader);
  return row;
}

}  // namespace

LossLog::LossLog(const std::string& path, int64_t step) : path_(path) {
  if (step == 0 || !std::filesystem::exists(path)) return;
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  if (line != kHeader)
    throw DataError(path + ": begins with \"" + line + "\", expected " + kHeader);
  while (std::getline(file, line)) {
    Row row = parse_row(line, path);
    if (row.step <= step) rows_.push_back(std::move(row));
  }
}

void LossLog::add(int64_t step, const std::string& set, const std::string& name, double value) {
  rows_.push_back({step, set, name, value});
}

void LossLog::save() const {
  std::string text = std::string(kHeader) + "\n";
  char value[32];
  for (const Row& row : rows_) {
    std::snprintf(value, sizeof value, "%.9g", row.value);
    text += std::to_string(row.step) + "," + row.set + "," + row.name + "," + value + "\n";
  }
  OutputFile file(path_, /*overwrite=*/true);
  file.write(text.data(), text.size());
  file.commit();
}

}  // namespace flowreel
