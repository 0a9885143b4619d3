// SPDX-License-Identifier: MIT
#include "eyelid/signals/signal.hpp"

#include <arpa/inet.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <pty.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <limits>
#include <string>

#include "eyelid/core/monotonic_clock.hpp"
#include "eyelid/signals/event_text.hpp"
#include "eyelid/signals/signal_kinds.hpp"
#include "refusal.hpp"

namespace eyelid::signals {
namespace {

/// A datagram socket on a free port of loopback.
class Listener {
 public:
  Listener() : fd_(socket(AF_INET, SOCK_DGRAM, 0)) {
    sockaddr_in place{};
    place.sin_family = AF_INET;
    place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof place;
    EXPECT_EQ(bind(fd_, reinterpret_cast<sockaddr*>(&place), size), 0);
    getsockname(fd_, reinterpret_cast<sockaddr*>(&place), &size);
    port_ = ntohs(place.sin_port);
    const timeval limit{5, 0};
    setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  }
  ~Listener() { stop(); }
  void stop() {
    if (fd_ >= 0) close(fd_);
    fd_ = -1;
  }
  std::string place() const { return "127.0.0.1:" + std::to_string(port_); }
  std::string receive() const {
    std::array<char, 512> bytes{};
    const ssize_t size = recv(fd_, bytes.data(), bytes.size(), 0);
    return size < 0 ? "nothing" : std::string(bytes.data(), static_cast<std::size_t>(size));
  }

 private:
  int fd_;
  int port_ = 0;
};

TEST(NetworkSignal, ADatagramOfTextPerEvent) {
  const Listener listener;
  const auto signals = open_signals("udp:" + listener.place());
  const std::int64_t before_ns = monotonic_ns();
  const auto written_ns = signals[0]->send({"output", 1.25, 3, 0.41});
  ASSERT_TRUE(written_ns);
  EXPECT_GE(*written_ns, before_ns);
  EXPECT_LE(*written_ns, monotonic_ns());
  EXPECT_EQ(listener.receive(), "output 1.250000 3 0.41000");
  TrialParameters trial;
  trial.start = 9;
  trial.trial = 7;
  EXPECT_TRUE(signals[0]->start(trial, 2.0));
  EXPECT_EQ(listener.receive(), "trial_start 2.000000 7 9.00000");
  EXPECT_TRUE(signals[0]->abort(trial, 2.5));
  EXPECT_EQ(listener.receive(), "trial_abort 2.500000 7 9.00000");
  EXPECT_EQ(signals[0]->counts().sent, 3);
  EXPECT_FALSE(signals[0]->answers());
  EXPECT_FALSE(signals[0]->take_message());
}

TEST(NetworkSignal, AnOscMessagePerEvent) {
  const Listener listener;
  const auto signals = open_signals("osc:" + listener.place());
  ASSERT_TRUE(signals[0]->send({"output", 1.25, 3, 0.5}));
  // Open Sound Control 1.0: strings end with zeros up to a multiple of four.
  const std::string expected(
      "/eyelid/output\0\0"
      ",dif\0\0\0\0"
      "\x3f\xf4\0\0\0\0\0\0"
      "\0\0\0\x03"
      "\x3f\0\0\0",
      40);
  EXPECT_EQ(listener.receive(), expected);
}

TEST(NetworkSignal, NobodyListeningIsOneSentence) {
  Listener listener;
  const auto signals = open_signals("udp:" + listener.place());
  listener.stop();
  for (int i = 0; i < 5; ++i) signals[0]->send({"output", 0.0, 1, 0.0});
  EXPECT_EQ(signals[0]->counts().sent + signals[0]->counts().failed, 5);
  EXPECT_EQ(signals[0]->take_message(), "udp:" + listener.place() + ": nobody listens there");
  EXPECT_FALSE(signals[0]->take_message());
}

TEST(NetworkSignal, AnUnknownHostIsRefused) {
  const std::string refusal = testing::refusal_of([] { open_signals("udp:no host:5000"); });
  EXPECT_EQ(refusal.rfind("output udp:no host:5000: ", 0), 0u) << refusal;
}

TEST(EventText, EveryEventFits) {
  EventBuffer buffer;
  const std::string long_name(1000, 'x');
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(event_text({"a", nan, 0, -nan}, buffer), "a nan 0 nan");
  EXPECT_EQ(event_text({long_name, 1e300, -2147483647, 9e14}, buffer),
            std::string(64, 'x') + " nan -2147483647 900000000000000.00000");
  EXPECT_EQ(osc_message({long_name, 0.0, 0, 0.0}, buffer).size(), 100u);
}

TEST(LslSignal, SendsMarkersThroughTheUsersLibrary) {
  void* library = dlopen(EYELID_FAKE_LSL, RTLD_NOW);
  ASSERT_NE(library, nullptr);
  const auto log = reinterpret_cast<const char* (*)()>(dlsym(library, "eyelid_fake_lsl_log"));
  const auto outlets = reinterpret_cast<int (*)()>(dlsym(library, "eyelid_fake_lsl_outlets"));
  SignalAddress address;
  address.kind = SignalKind::Lsl;
  address.text = "lsl:rig 2";
  address.name = "rig 2";
  {
    const auto signal = open_lsl_signal(address, EYELID_FAKE_LSL);
    EXPECT_EQ(outlets(), 1);
    EXPECT_TRUE(signal->send({"output", 1.25, 3, 0.41}));
    EXPECT_FALSE(signal->send({"refused", 1.25, 3, 0.41}));
    EXPECT_EQ(signal->counts().sent, 1);
    EXPECT_EQ(signal->counts().failed, 1);
    EXPECT_EQ(signal->take_message(), "lsl:rig 2: liblsl takes no events, they are left out");
    EXPECT_STREQ(log(), "rig 2 Markers 1 0 3 eyelid\noutput 1.250000 3 0.41000\n");
  }
  EXPECT_EQ(outlets(), 0);
  dlclose(library);
}

TEST(LslSignal, AnAbsentLibraryIsOneSentence) {
  SignalAddress address;
  address.text = "lsl:a";
  address.name = "a";
  EXPECT_EQ(testing::refusal_of([&] { open_lsl_signal(address, "/nowhere/liblsl.so"); }),
            "output lsl:a: found no liblsl, expected the library of Lab Streaming Layer, installed "
            "or named by PYLSL_LIB");
}

/// A pty whose master nobody reads.
struct Pty {
  Pty() {
    std::array<char, 128> name{};
    EXPECT_EQ(openpty(&master, &slave, name.data(), nullptr, nullptr), 0);
    path = name.data();
    close(slave);
  }
  ~Pty() {
    if (master >= 0) close(master);
  }
  int master = -1;
  int slave = -1;
  std::string path;
};

TEST(SerialSignal, AFullPortIsCountedAndNeverWaits) {
  const Pty pty;
  const auto signals = open_signals("serial:" + pty.path);
  int written = 0;
  for (int i = 0; i < 10000; ++i) written += signals[0]->send({"output", 0.0, 0, 0.0}) ? 1 : 0;
  EXPECT_GT(written, 0);
  EXPECT_EQ(signals[0]->counts().sent, written);
  EXPECT_EQ(signals[0]->counts().full, 10000 - written);
  EXPECT_GT(signals[0]->counts().full, 5000);
  EXPECT_EQ(signals[0]->take_message(),
            "serial:" + pty.path + ": the port is full, lines are left out");
}

TEST(SerialSignal, WhatIsNoFreePortIsRefused) {
  EXPECT_EQ(testing::refusal_of([] { open_signals("serial:/dev/ttyNOWHERE"); }),
            "output serial:/dev/ttyNOWHERE: found no /dev/ttyNOWHERE, expected a microcontroller "
            "that is plugged in");
  EXPECT_EQ(testing::refusal_of([] { open_signals("serial:/dev/null"); }),
            "output serial:/dev/null: found /dev/null, which is no serial port, expected one");
  const Pty pty;
  const auto first = open_signals("serial:" + pty.path);
  EXPECT_EQ(testing::refusal_of([&] { open_signals("serial:" + pty.path); }),
            "output serial:" + pty.path + ": found " + pty.path +
                " in use by another program, expected it free");
}

}  // namespace
}  // namespace eyelid::signals
