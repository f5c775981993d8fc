#include "pipeline/evaluate/contact_sheet.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <string>

#include "errors/error.h"

namespace flowreel {
namespace {

constexpr int kHeight = 72, kGap = 2, kFrames = 6;
constexpr int kMarks = 104, kText = 352;  // widths of the columns
constexpr int kLine = 13;                 // pixels from line to line
constexpr size_t kLetters = 50;           // that surely fit into kText
const cv::Scalar kPaper(236, 236, 236), kInk(30, 30, 30), kPale(95, 95, 95);
const cv::Scalar kGreen(20, 150, 60), kRed(205, 30, 40);

void write(cv::Mat& row, const std::string& text, const cv::Point& at, const cv::Scalar& colour) {
  cv::putText(row, text, at, cv::FONT_HERSHEY_SIMPLEX, 0.37, colour, 1, cv::LINE_AA);
}

// Breaks at spaces, where there are any.
std::vector<std::string> wrapped(std::string text) {
  std::vector<std::string> lines;
  while (text.size() > kLetters) {
    size_t end = text.rfind(' ', kLetters);
    if (end == std::string::npos || end == 0) end = kLetters;
    lines.push_back(text.substr(0, end));
    text.erase(0, end + (text[end] == ' ' ? 1 : 0));
  }
  lines.push_back(text);
  return lines;
}

// A tick or a cross, and what for.
void mark(cv::Mat& row, int number, const std::string& property, bool right) {
  constexpr int kStep = kHeight / 4;
  const cv::Point corner(6, number * kStep + 3);
  const cv::Scalar& colour = right ? kGreen : kRed;
  const auto stroke = [&](int x0, int y0, int x1, int y1) {
    cv::line(row, corner + cv::Point(x0, y0), corner + cv::Point(x1, y1), colour, 2, cv::LINE_AA);
  };
  if (right) {
    stroke(0, 6, 4, 11);
    stroke(4, 11, 12, 1);
  } else {
    stroke(1, 1, 11, 11);
    stroke(1, 11, 11, 1);
  }
  write(row, property, corner + cv::Point(19, 10), colour);
}

void write_texts(cv::Mat& row, const JudgedClip& clip) {
  int y = kLine - 2;
  const auto put = [&](const std::string& text, const cv::Scalar& colour) {
    for (const std::string& line : wrapped(text)) {
      write(row, line, {kMarks, y}, colour);
      y += kLine;
    }
  };
  put(clip.caption, kInk);
  put("seen: " + describe(clip.seen), kPale);
}

}  // namespace

void ContactSheet::add(const at::Tensor& frames, const JudgedClip& clip) {
  const auto height = static_cast<int>(frames.size(1)), width = static_cast<int>(frames.size(2));
  const int small = std::max(1, width * kHeight / height);
  const int64_t total = kMarks + kText + kFrames * (small + kGap);
  at::Tensor pixels = at::empty({kHeight + kGap, total, 3}, at::kByte);
  cv::Mat row(kHeight + kGap, static_cast<int>(total), CV_8UC3, pixels.data_ptr<uint8_t>());
  row = kPaper;
  mark(row, 0, "shape", clip.verdict.shape);
  mark(row, 1, "colour", clip.verdict.colour);
  mark(row, 2, "motion", clip.verdict.motion);
  mark(row, 3, "background", clip.verdict.background);
  write_texts(row, clip);
  for (int i = 0; i < kFrames; ++i) {
    const at::Tensor frame = frames[i * (frames.size(0) - 1) / (kFrames - 1)].contiguous();
    const cv::Mat full(height, width, CV_8UC3, frame.data_ptr<uint8_t>());
    cv::Mat place = row(cv::Rect(kMarks + kText + i * (small + kGap), 0, small, kHeight));
    cv::resize(full, place, place.size(), 0, 0, cv::INTER_AREA);
  }
  rows_.push_back(pixels);
}

at::Tensor ContactSheet::picture() const {
  if (rows_.empty()) throw UsageError("contact sheet has no rows, expected at least 1");
  for (const at::Tensor& row : rows_) {
    if (row.size(1) == rows_[0].size(1)) continue;
    throw UsageError("contact sheet has rows of " + std::to_string(rows_[0].size(1)) + " and " +
                     std::to_string(row.size(1)) + " columns, expected one width");
  }
  return at::cat(rows_, 0);
}

}  // namespace flowreel
