#include "codecs/coding.h"

#include <algorithm>
#include <cstdint>
#include <map>

#include "codecs/demux.h"
#include "files/file.h"

namespace flowreel {
namespace {

struct Packet {
  int64_t time;  // of display, ticks
  bool key;
};

// In the order of decoding.
std::vector<Packet> packets_of(Demuxer& demuxer) {
  std::vector<Packet> packets;
  demuxer.start_deadline();
  while (const UniquePacket packet = demuxer.next()) {
    demuxer.start_deadline();                           // for each call, as when frames are read
    if (packet->flags & AV_PKT_FLAG_DISCARD) continue;  // cut off by an edit list: never shown
    const int64_t before = packets.empty() ? -1 : packets.back().time;
    const int64_t time = packet->pts != AV_NOPTS_VALUE   ? packet->pts
                         : packet->dts != AV_NOPTS_VALUE ? packet->dts
                                                         : before + 1;
    packets.push_back({time, (packet->flags & AV_PKT_FLAG_KEY) != 0});
  }
  return packets;
}

// In decoding order, a frame shown later than all before it is one that others lean on; those that
// come after it but are shown before it are its B-frames.
int64_t mini_gop_of(const std::vector<Packet>& packets, const std::vector<int64_t>& times) {
  std::map<int64_t, int64_t> counts;
  int64_t last = -1;
  for (const Packet& packet : packets) {
    const int64_t number =
        std::lower_bound(times.begin(), times.end(), packet.time) - times.begin();
    if (number <= last) continue;
    if (last >= 0) ++counts[number - last];
    last = number;
  }
  // Frames side by side (at a key frame, at the end) are not the pattern, unless all are.
  counts.erase(1);
  const auto most =
      std::max_element(counts.begin(), counts.end(),
                       [](const auto& a, const auto& b) { return a.second < b.second; });
  return most == counts.end() ? 0 : most->first;
}

bool is_variable(const std::vector<int64_t>& times) {
  int64_t shortest = INT64_MAX, longest = 0;
  for (size_t i = 1; i < times.size(); ++i) {
    shortest = std::min(shortest, times[i] - times[i - 1]);
    longest = std::max(longest, times[i] - times[i - 1]);
  }
  if (times.size() < 3) return false;
  return (longest - shortest > 2 && 10 * (longest - shortest) > shortest) ||
         2 * longest >= 3 * shortest;
}

bool is_lossless(AVCodecID codec) {
  return codec == AV_CODEC_ID_FFV1 || codec == AV_CODEC_ID_PNG || codec == AV_CODEC_ID_RAWVIDEO ||
         codec == AV_CODEC_ID_GIF;
}

}  // namespace

Coding read_coding(const std::string& path, const ReadLimits& limits) {
  Coding coding;
  if (is_directory(path)) return coding;
  Demuxer demuxer(path, limits);
  const std::vector<Packet> packets = packets_of(demuxer);
  std::vector<Packet> shown = packets;
  std::stable_sort(shown.begin(), shown.end(),
                   [](const Packet& a, const Packet& b) { return a.time < b.time; });
  std::vector<int64_t> times;
  for (size_t i = 0; i < shown.size(); ++i) {
    times.push_back(shown[i].time);
    if (shown[i].key) coding.key_frames.push_back(static_cast<int64_t>(i));
  }
  coding.frames = static_cast<int64_t>(shown.size());
  if (times.size() > 1 && times.back() > times.front())
    coding.average_fps =
        static_cast<double>(times.size() - 1) /
        (static_cast<double>(times.back() - times.front()) * av_q2d(demuxer.video().time_base));
  coding.mini_gop = mini_gop_of(packets, times);
  coding.variable_rate = is_variable(times);
  coding.lossless = is_lossless(demuxer.video().codecpar->codec_id);
  return coding;
}

}  // namespace flowreel
