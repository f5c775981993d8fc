// The one error hierarchy: what went wrong decides the exit code of the program.
#pragma once

#include <stdexcept>
#include <string>

namespace flowreel {

// Exit codes are the contract with render farms. The text of an error names the thing, its value
// and what was expected; it is one line, fit to be shown to a person.
class Error : public std::runtime_error {
 public:
  Error(int exit_code, const std::string& text) : std::runtime_error(text), exit_code_(exit_code) {}
  int exit_code() const { return exit_code_; }

 private:
  int exit_code_;
};

template <int Code>
class ErrorWithCode : public Error {
 public:
  explicit ErrorWithCode(const std::string& text) : Error(Code, text) {}
};

using MemoryError = ErrorWithCode<33>;        // out of memory
using UsageError = ErrorWithCode<64>;         // wrong option or option value
using DataError = ErrorWithCode<65>;          // a model, job, image or clip is broken or unfit
using MissingInputError = ErrorWithCode<66>;  // an input does not exist or cannot be opened
using UnavailableError = ErrorWithCode<69>;   // the device or an encoder is not there
using NumericsError = ErrorWithCode<70>;      // NaN, Inf or a blank clip; and internal faults
using OutputError = ErrorWithCode<73>;        // the output cannot be created, or exists already
using IoError = ErrorWithCode<74>;            // reading or writing failed half way
using TemporaryError = ErrorWithCode<75>;     // may go well another time
using PathError = ErrorWithCode<77>;          // a path that is not permitted
using ConfigError = ErrorWithCode<78>;        // a configuration of ours is wrong
using Interrupted = ErrorWithCode<130>;       // stopped by SIGINT

}  // namespace flowreel
