// SPDX-License-Identifier: MIT
#include "eyelid/camera/simulated_lamp.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "eyelid/camera/camera.hpp"
#include "eyelid/camera/scheduled_camera.hpp"
#include "eyelid/core/monotonic_clock.hpp"
#include "refusal.hpp"

namespace eyelid::camera {
namespace {

constexpr std::int64_t kMillisecond = 1'000'000;

/// A port that is free now, and a sender to it.
class Sender {
 public:
  Sender() {
    socket_ = ::socket(AF_INET, SOCK_DGRAM, 0);
    place_.sin_family = AF_INET;
    place_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int probe = ::socket(AF_INET, SOCK_DGRAM, 0);
    socklen_t size = sizeof place_;
    EXPECT_EQ(::bind(probe, reinterpret_cast<sockaddr*>(&place_), size), 0);
    ::getsockname(probe, reinterpret_cast<sockaddr*>(&place_), &size);
    ::close(probe);
  }
  ~Sender() { ::close(socket_); }
  Sender(const Sender&) = delete;
  Sender& operator=(const Sender&) = delete;

  int port() const { return ntohs(place_.sin_port); }
  void send(std::string_view text) const {
    ::sendto(socket_,
             text.data(),
             text.size(),
             0,
             reinterpret_cast<const sockaddr*>(&place_),
             sizeof place_);
  }

 private:
  int socket_ = -1;
  sockaddr_in place_{};
};

bool is_on(SimulatedLamp& lamp, std::int64_t time_ns) {
  const GrayImage dark(64, 48);
  const FrameView picture = lamp.painted(time_ns, dark);
  EXPECT_EQ(picture.row(0)[0], picture.row(SimulatedLamp::kSide - 1)[SimulatedLamp::kSide - 1]);
  EXPECT_EQ(picture.row(0)[SimulatedLamp::kSide], dark.row(0)[SimulatedLamp::kSide]);
  return picture.row(0)[0] > 200;
}

TEST(SimulatedLamp, IsOnFromTheDatagramOn) {
  const Sender sender;
  SimulatedLamp lamp(sender.port());
  EXPECT_FALSE(is_on(lamp, monotonic_ns()));
  sender.send("fec 1.0 0 0.9");
  const std::int64_t before = monotonic_ns();
  sender.send("output 1.0 3 0.9");
  const std::int64_t after = monotonic_ns();
  // Frames that are read late: by their exposure, not by when they are read.
  EXPECT_FALSE(is_on(lamp, before - kMillisecond));
  EXPECT_TRUE(is_on(lamp, after + kMillisecond));
  EXPECT_TRUE(is_on(lamp, before + SimulatedLamp::kOn_ns - kMillisecond));
  EXPECT_FALSE(is_on(lamp, after + SimulatedLamp::kOn_ns + kMillisecond));
}

TEST(SimulatedLamp, APortInUseIsRefused) {
  const Sender sender;
  const SimulatedLamp lamp(sender.port());
  const std::string sentence = testing::refusal_of([&] { SimulatedLamp second(sender.port()); });
  EXPECT_NE(sentence.find("expected a free port"), std::string::npos) << sentence;
}

TEST(SimulatedLamp, AScheduledCameraShowsIt) {
  const Sender sender;
  std::vector<GrayImage> pictures;
  pictures.emplace_back(64, 48);
  for (int y = 0; y < 48; ++y) std::fill_n(pictures[0].row(y), 64, std::uint8_t{90});
  CameraInfo info;
  info.frames_per_second = 200.0;
  ScheduledCamera camera(info,
                         std::make_unique<PicturesInMemory>(std::move(pictures)),
                         {},
                         std::make_unique<SimulatedLamp>(sender.port()));
  camera.start();
  const auto next = [&] {
    CameraFrame frame;
    EXPECT_EQ(camera.next(frame, std::chrono::milliseconds(1000)), Arrival::Frame);
    const std::pair<int, int> grays{frame.picture.row(0)[0], frame.picture.row(40)[40]};
    camera.release();
    return grays;
  };
  EXPECT_EQ(next(), (std::pair{16, 90}));
  sender.send("trial_start 0.1 1 0");
  // On a busy machine, frames exposed before wait to be read.
  std::pair<int, int> grays;
  for (int i = 0; i < 60 && grays.first != 250; ++i) grays = next();
  EXPECT_EQ(grays, (std::pair{250, 90}));
}

}  // namespace
}  // namespace eyelid::camera
