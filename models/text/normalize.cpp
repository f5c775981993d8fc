#include "models/text/normalize.h"

#include <utility>

#include "models/text/utf8.h"

namespace flowreel {

Normalizer normal_form(NormalForm form) {
  return [form](const std::string& text) { return to_normal_form(text, form); };
}

Normalizer lowercase() {
  return [](const std::string& text) { return to_lowercase(text); };
}

Normalizer replace(Regex what, std::string with) {
  return [what = std::move(what), with = std::move(with)](const std::string& text) {
    if (text.empty()) return text;
    std::string replaced;
    size_t done = 0;
    for (const Span& match : what.find_all(text)) {
      replaced.append(text, done, match.begin - done);
      replaced += with;
      done = match.end;
    }
    return replaced.append(text, done);
  };
}

Normalizer strip(bool left, bool right) {
  return [left, right](const std::string& text) {
    const size_t begin = left ? leading_space_end(text) : 0;
    const std::string rest = text.substr(begin);
    return right ? rest.substr(0, trailing_space_begin(rest)) : rest;
  };
}

Normalizer normalizers_in_turn(std::vector<Normalizer> normalizers) {
  return [normalizers = std::move(normalizers)](std::string text) {
    for (const Normalizer& normalizer : normalizers) text = normalizer(std::move(text));
    return text;
  };
}

}  // namespace flowreel
