#include "models/text/json_fields.h"

#include <limits>
#include <nlohmann/json.hpp>

#include "errors/error.h"
#include "errors/quote.h"

namespace flowreel {
namespace {

using nlohmann::json;

const json* field(const json& object, const char* name, const std::string& where) {
  if (!object.is_object()) throw DataError(where + ": expected an object");
  const auto found = object.find(name);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

[[noreturn]] void wrong(const std::string& where, const char* name, const char* expected,
                        const json* value) {
  throw DataError(where + ": " + name + ": expected " + expected + ", found " +
                  (value ? value->type_name() : "nothing"));
}

}  // namespace

bool flag_field(const json& object, const char* name, bool fallback, const std::string& where) {
  const json* value = field(object, name, where);
  if (!value) return fallback;
  if (!value->is_boolean()) wrong(where, name, "true or false", value);
  return value->get<bool>();
}

std::string text_field(const json& object, const char* name, const std::string& fallback,
                       const std::string& where) {
  const json* value = field(object, name, where);
  if (!value) return fallback;
  if (!value->is_string()) wrong(where, name, "a string", value);
  return value->get<std::string>();
}

std::string required_text(const json& object, const char* name, const std::string& where) {
  const json* value = field(object, name, where);
  if (!value || !value->is_string()) wrong(where, name, "a string", value);
  return value->get<std::string>();
}

const json& required_array(const json& object, const char* name, const std::string& where) {
  const json* value = field(object, name, where);
  if (!value || !value->is_array()) wrong(where, name, "an array", value);
  return *value;
}

const json& required_object(const json& object, const char* name, const std::string& where) {
  const json* value = field(object, name, where);
  if (!value || !value->is_object()) wrong(where, name, "an object", value);
  return *value;
}

int64_t token_id(const json& value, const std::string& where) {
  const bool in_range =
      value.is_number_unsigned() &&
      value.get<uint64_t>() <= static_cast<uint64_t>(std::numeric_limits<int32_t>::max());
  if (!in_range)
    throw DataError(where + ": " + quote(value.dump()) + " is not a token id (0..2147483647)");
  return value.get<int64_t>();
}

AddedToken read_added_token(const json& value, const std::string& where) {
  AddedToken token;
  token.content = required_text(value, "content", where);
  const std::string here = where + ": token " + quote(token.content);
  if (token.content.size() > 16384) throw DataError(here + " is longer than 16384 bytes");
  token.special = flag_field(value, "special", false, here);
  token.single_word = flag_field(value, "single_word", false, here);
  token.lstrip = flag_field(value, "lstrip", false, here);
  token.rstrip = flag_field(value, "rstrip", false, here);
  token.normalized = flag_field(value, "normalized", !token.special, here);
  if (value.contains("id")) token.id = token_id(value.at("id"), here);
  return token;
}

}  // namespace flowreel
