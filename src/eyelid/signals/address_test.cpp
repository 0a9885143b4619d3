// SPDX-License-Identifier: MIT
#include "eyelid/signals/address.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "refusal.hpp"

namespace eyelid::signals {
namespace {

TEST(SignalAddress, ReadsEveryKind) {
  const auto all = parse_signal_addresses(
      "serial:/dev/ttyACM0,serial:/dev/serial/by-id/usb-a@b@9600,udp:rig.local:5000,"
      "osc:[::1]:9000,lsl:eyelid: rig 2");
  ASSERT_EQ(all.size(), 5u);
  EXPECT_EQ(all[0].kind, SignalKind::Serial);
  EXPECT_EQ(all[0].name, "/dev/ttyACM0");
  EXPECT_EQ(all[0].baud, 115200);
  EXPECT_EQ(all[1].name, "/dev/serial/by-id/usb-a@b");
  EXPECT_EQ(all[1].baud, 9600);
  EXPECT_EQ(all[2].kind, SignalKind::Udp);
  EXPECT_EQ(all[2].name, "rig.local");
  EXPECT_EQ(all[2].port, 5000);
  EXPECT_EQ(all[3].kind, SignalKind::Osc);
  EXPECT_EQ(all[3].name, "::1");
  EXPECT_EQ(all[3].port, 9000);
  EXPECT_EQ(all[4].kind, SignalKind::Lsl);
  EXPECT_EQ(all[4].name, "eyelid: rig 2");
  EXPECT_EQ(all[4].text, "lsl:eyelid: rig 2");
}

TEST(SignalAddress, EveryFaultIsOneSentence) {
  const std::string kinds = "serial:DEVICE[@BAUD], udp:HOST:PORT, osc:HOST:PORT or lsl:NAME";
  const std::string udp = "udp:HOST:PORT, for example udp:127.0.0.1:5000";
  const std::vector<std::pair<std::string, std::string>> cases{
      {"", "output : found no kind, expected " + kinds},
      {"/dev/ttyACM0", "output /dev/ttyACM0: found no kind, expected " + kinds},
      {"tcp:a:1", "output tcp:a:1: found the kind \"tcp\", expected " + kinds},
      {"udp:a:1,", "output : found no kind, expected " + kinds},
      {"serial:",
       "output serial:: found no device, expected serial:DEVICE[@BAUD], for example "
       "serial:/dev/ttyACM0"},
      {"serial:/dev/ttyACM0@fast",
       "output serial:/dev/ttyACM0@fast: found the rate \"fast\", expected one of 9600, 19200, "
       "38400, 57600, 115200, 230400, 460800, 921600, 1000000, 2000000 baud"},
      {"udp:", "output udp:: found no port, expected " + udp},
      {"udp:host", "output udp:host: found no port, expected " + udp},
      {"udp::5000", "output udp::5000: found no host, expected " + udp},
      {"udp:host:0", "output udp:host:0: found the port \"0\", expected a number from 1 to 65535"},
      {"udp:host:65536",
       "output udp:host:65536: found the port \"65536\", expected a number from 1 to 65535"},
      {"udp:host:80x",
       "output udp:host:80x: found the port \"80x\", expected a number from 1 to 65535"},
      {"udp:::1:5000",
       "output udp:::1:5000: found more than one colon, expected an IPv6 address in "
       "brackets, udp:[::1]:5000"},
      {"osc:[::1]",
       "output osc:[::1]: found no port, expected osc:HOST:PORT, for example "
       "osc:127.0.0.1:9000"},
      {"lsl:", "output lsl:: found no name, expected lsl:NAME, for example lsl:eyelid"},
      {"lsl:a,lsl:a", "output lsl:a: found it twice, expected each output once"}};
  for (const auto& [list, sentence] : cases) {
    EXPECT_EQ(testing::refusal_of([&, &text = list] { parse_signal_addresses(text); }), sentence);
  }
}

}  // namespace
}  // namespace eyelid::signals
