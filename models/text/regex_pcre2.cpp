#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <algorithm>
#include <array>
#include <utility>

#include "errors/error.h"
#include "errors/quote.h"
#include "models/text/regex.h"
#include "models/text/regex_dialect.h"
#include "models/text/utf8.h"

namespace flowreel {
namespace {

template <auto Free>
struct Release {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};
using Code = std::unique_ptr<pcre2_code, Release<pcre2_code_free>>;
using CompileContext = std::unique_ptr<pcre2_compile_context, Release<pcre2_compile_context_free>>;
using MatchContext = std::unique_ptr<pcre2_match_context, Release<pcre2_match_context_free>>;
using MatchData = std::unique_ptr<pcre2_match_data, Release<pcre2_match_data_free>>;

constexpr size_t kMaxPatternBytes = 64 << 10;
constexpr uint32_t kHeapLimitKib = 256 << 10;

std::string message(int code) {
  std::array<PCRE2_UCHAR, 256> text{};
  pcre2_get_error_message(code, text.data(), text.size());
  return reinterpret_cast<const char*>(text.data());
}

PCRE2_SPTR units(std::string_view text) { return reinterpret_cast<PCRE2_SPTR>(text.data()); }

}  // namespace

struct Regex::Compiled {
  std::string pattern;
  std::string where;
  Code code;

  [[noreturn]] void fail(const std::string& cause) const {
    throw DataError(where + ": regular expression " + quote(pattern) + " " + cause);
  }
};

Regex::Regex(std::string pattern, std::string where, Kind kind) {
  auto compiled = std::make_shared<Compiled>();
  compiled->pattern = std::move(pattern);
  compiled->where = std::move(where);
  if (compiled->pattern.size() > kMaxPatternBytes) compiled->fail("is longer than 65536 bytes");
  const bool literal = kind == Kind::kLiteral;
  std::string source = compiled->pattern;
  if (!literal) {
    RegexTranslation translation = to_pcre2(source);
    if (!translation.unsupported.empty())
      compiled->fail("uses " + translation.unsupported + ", which is not supported");
    source = std::move(translation.pattern);
  }
  const CompileContext context(pcre2_compile_context_create(nullptr));
  pcre2_set_newline(context.get(), PCRE2_NEWLINE_LF);
  uint32_t options = PCRE2_UTF;
  options |= literal ? PCRE2_LITERAL : PCRE2_UCP | PCRE2_MULTILINE | PCRE2_NEVER_BACKSLASH_C;
  int error = 0;
  size_t offset = 0;
  compiled->code.reset(
      pcre2_compile(units(source), source.size(), options, &error, &offset, context.get()));
  if (!compiled->code) compiled->fail("does not compile: " + message(error));
  compiled_ = std::move(compiled);
}

std::vector<Span> Regex::find_all(std::string_view text) const {
  const MatchContext context(pcre2_match_context_create(nullptr));
  // A sane pattern takes a few steps per character; an exponential one is stopped early, also on a
  // short text.
  const size_t steps = std::min<size_t>(100'000 + 16 * text.size(), 50'000'000);
  pcre2_set_match_limit(context.get(), static_cast<uint32_t>(steps));
  pcre2_set_heap_limit(context.get(), kHeapLimitKib);
  const MatchData data(pcre2_match_data_create_from_pattern(compiled_->code.get(), nullptr));
  std::vector<Span> spans;
  for (size_t from = 0; from <= text.size();) {
    const int found = pcre2_match(compiled_->code.get(), units(text), text.size(), from,
                                  PCRE2_NO_UTF_CHECK, data.get(), context.get());
    if (found == PCRE2_ERROR_NOMATCH) break;
    if (found < 0)
      compiled_->fail("gave up on a text of " + std::to_string(text.size()) +
                      " bytes: " + message(found));
    const size_t* const offsets = pcre2_get_ovector_pointer(data.get());
    const Span span{offsets[0], offsets[1]};
    if (span.end < span.begin || span.begin < from) compiled_->fail("matches backwards");
    const bool empty = span.begin == span.end;
    if (!empty || spans.empty() || spans.back().end != span.begin) spans.push_back(span);
    from = span.end;
    if (empty && from < text.size())
      next_code_point(text, from);
    else if (empty)
      break;
  }
  return spans;
}

}  // namespace flowreel
