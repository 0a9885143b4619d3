#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A GigE Vision camera on a virtual network, whose packets are real: all frames, the wrap of their ids, lost packets, unplugged.

usage: gige_vision_test.py RECEIVE_FRAMES GIGE_CAMERA   (unittest options may follow)

Runs itself again in a network namespace of its own, so that nothing of the machine is touched; the camera lives in a second one,
at the other end of a virtual cable. Exit status 77, with the reason, where that is not allowed or `ip` and `nft` are absent.
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import time
import unittest

INSIDE = "EYELID_IN_NAMESPACE"
SKIPPED = 77


def skip(reason):
    print("skipped:", reason)
    sys.exit(SKIPPED)


def enter_namespace():
    for tool in ("ip", "nft", "unshare", "nsenter"):
        if shutil.which(tool) is None:
            skip(f"{tool} is not installed")
    as_user = [] if os.geteuid() == 0 else ["--map-root-user"]
    command = ["unshare", "--net", *as_user]
    if subprocess.run([*command, "ip", "link", "set", "lo", "up"], capture_output=True).returncode != 0:
        skip("network namespaces are not allowed here")
    sys.exit(subprocess.run([*command, sys.executable, *sys.argv], env={**os.environ, INSIDE: "1"}).returncode)


def sh(*arguments):
    done = subprocess.run([*map(str, arguments)], capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{arguments}: {done.stderr}")


def packets_without_room():
    """Those that this machine lost because it was too busy to take them: not the camera's, and not the test's."""
    lines = pathlib.Path("/proc/self/net/snmp").read_text().splitlines()
    names, values = (line.split() for line in lines if line.startswith("Udp:"))
    return int(values[names.index("RcvbufErrors")])


class GigeVision(unittest.TestCase):
    RATE = 100

    def setUp(self):
        # The namespace of the camera ends with this process.
        self.holder = subprocess.Popen(["unshare", "--net", "sleep", "infinity"])
        self.there = ["nsenter", "--net", "--target", str(self.holder.pid)]
        ours = os.readlink("/proc/self/ns/net")
        while os.readlink(f"/proc/{self.holder.pid}/ns/net") == ours:
            time.sleep(0.01)
        sh("ip", "link", "set", "lo", "up")
        sh("ip", "link", "add", "host0", "mtu", 9000, "type", "veth", "peer", "name", "cam0", "mtu", 9000, "netns", self.holder.pid)
        sh("ip", "addr", "add", "10.77.0.1/24", "dev", "host0")
        sh("ip", "link", "set", "host0", "up")
        sh(*self.there, "ip", "addr", "add", "10.77.0.2/24", "dev", "cam0")
        sh(*self.there, "ip", "link", "set", "cam0", "up")
        sh(*self.there, "ip", "link", "set", "lo", "up")
        self.start_camera(lost_per_thousand=0)
        self.without_room = packets_without_room()

    def start_camera(self, lost_per_thousand):
        self.camera = subprocess.Popen([*self.there, GIGE_CAMERA, "cam0", "EYE01", str(lost_per_thousand)],
                                       stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.assertEqual(self.camera.stdout.readline(), "ready\n")

    def stop_camera(self):
        if self.camera.poll() is None:
            self.camera.kill()
        self.camera.wait()
        self.camera.stdin.close()
        self.camera.stdout.close()

    def tearDown(self):
        self.stop_camera()
        self.holder.kill()
        self.holder.wait()
        subprocess.run(["ip", "link", "del", "host0"], capture_output=True)

    def receiver(self, frames, address="aravis:"):
        return subprocess.Popen([RECEIVE_FRAMES, address, str(self.RATE), str(frames), "8900"], stdout=subprocess.PIPE, text=True)

    def receive(self, frames):
        receiver = self.receiver(frames)
        output, _ = receiver.communicate(timeout=120)
        self.assertEqual(receiver.returncode, 0)
        return json.loads(output)

    def test_every_frame_arrives_and_ids_pass_their_wrap(self):
        got = self.receive(200)
        self.assertIn("EYE01", got["address"])
        self.assertEqual(got["packet_size"], 8900)
        self.assertAlmostEqual(got["rate"], self.RATE, delta=0.1)
        self.assertLessEqual(got["numbers"][0], 65535)
        self.assertGreater(got["numbers"][-1], 65535)
        self.assertEqual(got["numbers"], sorted(set(got["numbers"])))
        # A busy machine may lose a frame, and must then say so.
        self.assertGreaterEqual(len(got["numbers"]), 190)
        self.assertEqual(got["mislabeled"], 0)
        self.assertEqual(got["stamps_back"], 0)
        self.assertEqual(got["flat"], 0)
        print(f"\n{len(got['numbers'])} of 200 frames in {got['seconds']:.3f} s, largest gap {got['largest_gap_ms']:.1f} ms")

    def test_frames_with_lost_packets_are_incomplete_at_their_numbers(self):
        self.stop_camera()
        self.start_camera(lost_per_thousand=2)
        self.check_losses(self.receive(300))

    def test_frames_whose_packets_the_network_drops_are_incomplete_at_their_numbers(self):
        # One packet of 500, of about 36 a frame: never two of one frame.
        got, dropped = self.receive_while_dropping("numgen", "inc", "mod", 500, "==", 250)
        self.check_losses(got, dropped)

    def test_frames_without_their_leader_keep_their_places(self):
        # The first packet of a frame alone carries its id and stamp: block id 16 bits behind the status, then the format.
        got, dropped = self.receive_while_dropping("@th,96,8", 1, "numgen", "inc", "mod", 20, "==", 10)
        self.check_losses(got, dropped)
        if packets_without_room() == self.without_room:
            self.assertEqual({b - a for a, b in zip(got["incomplete"], got["incomplete"][1:])}, {20})

    def receive_while_dropping(self, *packets):
        sh("nft", "add", "table", "netdev", "t")
        sh("nft", "add", "counter", "netdev", "t", "dropped")
        sh("nft", "add", "chain", "netdev", "t", "c", "{ type filter hook ingress device host0 priority 0 ; }")
        sh("nft", "add", "rule", "netdev", "t", "c", "udp", "sport", "!=", 3956, *packets, "counter", "name", "dropped", "drop")
        try:
            got = self.receive(300)
            listed = json.loads(subprocess.run(["nft", "-j", "list", "counters"], capture_output=True, text=True).stdout)
            return got, next(entry["counter"]["packets"] for entry in listed["nftables"] if "counter" in entry)
        finally:
            sh("nft", "delete", "table", "netdev", "t")

    def check_losses(self, got, dropped=None):
        numbers, incomplete = got["numbers"], got["incomplete"]
        span = numbers[-1] - numbers[0] + 1
        told = int(got["statistics"].split(" incomplete")[0].split()[-1])
        print(f"\n{span} exposures: {len(numbers) - len(incomplete)} complete, {len(incomplete)} incomplete, "
              f"{span - len(numbers)} left out; Aravis: {got['statistics']}; packets dropped by the network: {dropped}")
        self.assertGreater(len(incomplete), 0)
        self.assertEqual(numbers, sorted(set(numbers)))
        # Pictures have the number of their exposure, behind a frame without id too.
        self.assertEqual(got["mislabeled"], 0)
        self.assertEqual(got["stamps_back"], 0)
        self.assertEqual(got["flat"], 0)
        # Driver and network also count what came before the first frame and behind the last that was taken.
        self.assertLessEqual(len(incomplete), told)
        self.assertGreaterEqual(len(incomplete), told - 4)
        if dropped is not None:
            self.assertLessEqual(len(incomplete), dropped + packets_without_room() - self.without_room)
            self.assertGreaterEqual(len(incomplete), dropped - 4)

    def test_an_unplugged_camera_is_gone(self):
        receiver = self.receiver(100000)
        time.sleep(3.0)
        self.camera.kill()
        output, _ = receiver.communicate(timeout=60)
        got = json.loads(output)
        self.assertTrue(got["is_gone"])
        self.assertGreater(len(got["numbers"]), 20)
        self.assertLess(got["silence_ms"], 2000)
        print(f"\ntold gone {got['silence_ms']:.0f} ms after the last frame, closed {got['closing_ms']:.0f} ms later")

    def test_a_camera_in_use_is_refused_in_one_sentence(self):
        receiver = self.receiver(100000)
        time.sleep(3.0)
        second = subprocess.run([RECEIVE_FRAMES, "aravis:", "100", "10"], capture_output=True, text=True, timeout=60)
        self.assertEqual(second.returncode, 1, second.stdout[:200])
        self.assertEqual(second.stderr.count("\n"), 1)
        self.assertIn("expected", second.stderr)
        self.camera.kill()
        receiver.communicate(timeout=60)


if __name__ == "__main__":
    if INSIDE not in os.environ:
        enter_namespace()
    RECEIVE_FRAMES, GIGE_CAMERA = sys.argv.pop(1), sys.argv.pop(1)
    unittest.main()
