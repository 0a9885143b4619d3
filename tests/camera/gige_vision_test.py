#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A GigE Vision camera on a virtual network, whose packets are real: all frames, the wrap of their ids, lost packets, unplugged.

usage: gige_vision_test.py RECEIVE_FRAMES GIGE_CAMERA   (unittest options may follow)

The network, and when this is skipped: gige_network.py.
"""
import json
import subprocess
import sys
import time
import unittest

import gige_network
from gige_network import packets_dropped, packets_without_room


class GigeVision(gige_network.CameraOnANetwork):
    RATE = 100

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
        with packets_dropped(*packets) as count:
            return self.receive(300), count()

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
        # Aravis itself waits 10 s for the camera's last word.
        self.assertLess(got["closing_ms"], 1000)
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
    gige_network.enter_namespace()
    RECEIVE_FRAMES, gige_network.CameraOnANetwork.GIGE_CAMERA = sys.argv.pop(1), sys.argv.pop(1)
    unittest.main()
