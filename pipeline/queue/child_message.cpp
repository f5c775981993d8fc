#include "pipeline/queue/child_message.h"

#include <array>
#include <nlohmann/json.hpp>

#include "errors/error.h"
#include "errors/quote.h"

namespace flowreel {
namespace {

using nlohmann::json;

// By Kind.
constexpr std::array<const char*, 8> kNames = {"run",    "publish", "progress", "tick",
                                               "notice", "may_i",   "done",     "failed"};

}  // namespace

std::string to_line(const ChildMessage& message) {
  const json line = {{"t", kNames[static_cast<size_t>(message.kind)]},
                     {"text", message.text},
                     {"number", message.number},
                     {"total", message.total}};
  return line.dump(-1, ' ', false, json::error_handler_t::replace);
}

ChildMessage parse_child_line(const std::string& line) {
  const json said = json::parse(line, nullptr, /*allow_exceptions=*/false);
  try {
    const auto name = said.at("t").get<std::string>();
    for (size_t i = 0; i < kNames.size(); ++i) {
      if (name != kNames[i]) continue;
      return {static_cast<ChildMessage::Kind>(i), said.at("text").get<std::string>(),
              said.at("number").get<int64_t>(), said.at("total").get<int64_t>()};
    }
  } catch (const json::exception&) {
    // told below
  }
  constexpr size_t kShown = 200;
  throw DataError("a child process said " + quote(line.substr(0, kShown)) +
                  ", expected a message of flowreel");
}

}  // namespace flowreel
