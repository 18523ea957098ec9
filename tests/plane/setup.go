package main

import (
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/vishvananda/netlink"
)

// coveredDirectories are those that the programs of the node write to without a way to tell them
// otherwise. The node sees an empty one of its own in their place.
var coveredDirectories = []string{"/run", "/var/lib", "/var/log"}

// kernelSettings are what the kubelet writes when it finds something else. They belong to the whole
// machine, so it is shown files that already say so.
var kernelSettings = map[string]string{
	"kernel/keys/root_maxbytes": "25000000",
	"kernel/keys/root_maxkeys":  "1000000",
	"kernel/panic":              "10",
	"kernel/panic_on_oops":      "1",
	"vm/overcommit_memory":      "1",
	"vm/panic_on_oom":           "0",
}

// runNodeHold holds the namespaces of the node until it is told to end.
func runNodeHold() int {
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM, syscall.SIGINT)
	<-stop
	return 0
}

// runNodeSetup runs once, in the namespaces of the node: node-setup DIRECTORY ADDRESS.
func runNodeSetup() int {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: plane node-setup DIRECTORY ADDRESS")
		return 2
	}
	for _, step := range []func() error{
		detachMounts,
		coverDirectories,
		func() error { return coverKernelSettings(filepath.Join(os.Args[1], "sysctl")) },
		func() error { return setUpNetwork(os.Args[2]) },
	} {
		if err := step(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
	}
	return 0
}

// detachMounts keeps what is mounted in the node from the machine.
func detachMounts() error {
	return os.NewSyscallError("mount /", syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""))
}

func coverDirectories() error {
	for _, path := range coveredDirectories {
		if err := syscall.Mount("plane", path, "tmpfs", 0, "mode=755"); err != nil {
			return os.NewSyscallError("mount "+path, err)
		}
	}
	return os.Mkdir("/run/netns", 0o755)
}

func coverKernelSettings(directory string) error {
	for name, value := range kernelSettings {
		cover := filepath.Join(directory, name)
		if err := os.MkdirAll(filepath.Dir(cover), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(cover, []byte(value+"\n"), 0o644); err != nil {
			return err
		}
		if err := syscall.Mount(cover, "/proc/sys/"+name, "", syscall.MS_BIND, ""); err != nil {
			return os.NewSyscallError("mount /proc/sys/"+name, err)
		}
	}
	return nil
}

// setUpNetwork makes the bridge on which the pods will be, with the cable to the machine in it.
func setUpNetwork(address string) error {
	if err := os.WriteFile("/proc/sys/net/ipv4/ip_forward", []byte("1\n"), 0o644); err != nil {
		return err
	}
	bridge := &netlink.Bridge{LinkAttrs: netlink.LinkAttrs{Name: bridgeName}}
	if err := netlink.LinkAdd(bridge); err != nil {
		return fmt.Errorf("bridge: %w", err)
	}
	if err := addAddress(bridge, address); err != nil {
		return err
	}
	uplink, err := netlink.LinkByName(uplinkName)
	if err != nil {
		return fmt.Errorf("%s: %w", uplinkName, err)
	}
	if err := netlink.LinkSetMaster(uplink, bridge); err != nil {
		return fmt.Errorf("%s: %w", uplinkName, err)
	}
	loopback, err := netlink.LinkByName("lo")
	if err != nil {
		return err
	}
	for _, link := range []netlink.Link{loopback, uplink, bridge} {
		if err := netlink.LinkSetUp(link); err != nil {
			return fmt.Errorf("%s: %w", link.Attrs().Name, err)
		}
	}
	return nil
}
