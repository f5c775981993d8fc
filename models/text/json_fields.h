// Typed fields of a tokenizer's JSON; every complaint is a DataError that begins with `where`. For
// .cpp files only.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "models/text/added_tokens.h"

namespace flowreel {

// Absent and null give the fallback.
bool flag_field(const nlohmann::json& object, const char* name, bool fallback,
                const std::string& where);
std::string text_field(const nlohmann::json& object, const char* name, const std::string& fallback,
                       const std::string& where);

// Must be there and of that type.
std::string required_text(const nlohmann::json& object, const char* name, const std::string& where);
const nlohmann::json& required_array(const nlohmann::json& object, const char* name,
                                     const std::string& where);
const nlohmann::json& required_object(const nlohmann::json& object, const char* name,
                                      const std::string& where);

// An id in 0 .. 2^31-1.
int64_t token_id(const nlohmann::json& value, const std::string& where);

// {"content", "lstrip", "rstrip", "single_word", "normalized", "special", "id"?}
AddedToken read_added_token(const nlohmann::json& value, const std::string& where);

}  // namespace flowreel
