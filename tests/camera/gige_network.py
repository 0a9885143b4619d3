# SPDX-License-Identifier: MIT
"""A virtual network with a simulated GigE Vision camera at its other end.

enter_namespace() runs the test again in a network namespace of its own, so that nothing of the machine is touched; the camera
lives in a second one. Exit status 77, with the reason, where that is not allowed or `ip` and `nft` are absent.
"""
import contextlib
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
    if INSIDE in os.environ:
        return
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


@contextlib.contextmanager
def packets_dropped(*packets):
    """The network drops what the rules of nft match. Gives a function that counts them."""
    def count():
        listed = json.loads(subprocess.run(["nft", "-j", "list", "counters"], capture_output=True, text=True).stdout)
        return next(entry["counter"]["packets"] for entry in listed["nftables"] if "counter" in entry)

    sh("nft", "add", "table", "netdev", "t")
    sh("nft", "add", "counter", "netdev", "t", "dropped")
    sh("nft", "add", "chain", "netdev", "t", "c", "{ type filter hook ingress device host0 priority 0 ; }")
    sh("nft", "add", "rule", "netdev", "t", "c", "udp", "sport", "!=", 3956, *packets, "counter", "name", "dropped", "drop")
    try:
        yield count
    finally:
        sh("nft", "delete", "table", "netdev", "t")


class CameraOnANetwork(unittest.TestCase):
    """Each test has a camera of its own, which runs."""
    GIGE_CAMERA = None

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
        self.start_camera()
        self.without_room = packets_without_room()

    def start_camera(self, lost_per_thousand=0):
        self.camera = subprocess.Popen([*self.there, self.GIGE_CAMERA, "cam0", "EYE01", str(lost_per_thousand)],
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
