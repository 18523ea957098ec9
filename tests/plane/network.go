package main

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"net"
	"syscall"

	"github.com/vishvananda/netlink"
)

// The network of the node is one /16: .0.1 is the node and the bridge of the pods, .0.2 this machine,
// the pods begin at .1.0. A cable leads from the machine into that bridge, so each reaches each
// without a route or an address translation, and the machine's own firewall is not concerned.
const (
	bridgeName = "plane0"
	uplinkName = "uplink"
)

func (p *plane) nodeAddress() string { return p.Network + ".0.1" }
func (p *plane) hostAddress() string { return p.Network + ".0.2" }
func (p *plane) podNetwork() string  { return p.Network + ".0.0/16" }

// mark is the name of what this cluster has outside of its directory: its cable and its cgroup.
func (p *plane) mark() string {
	return fmt.Sprintf("plane-%x", sha256.Sum256([]byte(p.dir)))[:14] // a link's name has 15 bytes
}

// makeCable connects this machine with the network namespace of a process.
func (p *plane) makeCable(pid int) error {
	if err := p.removeCable(); err != nil {
		return err
	}
	if err := p.refuseTakenNetwork(); err != nil {
		return err
	}
	attributes := netlink.NewLinkAttrs()
	attributes.Name = p.mark()
	cable := &netlink.Veth{LinkAttrs: attributes, PeerName: uplinkName, PeerNamespace: netlink.NsPid(pid)}
	if err := netlink.LinkAdd(cable); err != nil {
		return fmt.Errorf("cable to the node: %w", err)
	}
	if err := addAddress(cable, p.hostAddress()); err != nil {
		return err
	}
	return netlink.LinkSetUp(cable)
}

// removeCable also takes it for removed when the kernel, which ends a cable with the namespace at its
// other end, was faster.
func (p *plane) removeCable() error {
	cable, err := netlink.LinkByName(p.mark())
	if errors.As(err, &netlink.LinkNotFoundError{}) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := netlink.LinkDel(cable); err != nil && !errors.Is(err, syscall.ENODEV) {
		return fmt.Errorf("cable to the node: %w", err)
	}
	return nil
}

func (p *plane) refuseTakenNetwork() error {
	_, network, err := net.ParseCIDR(p.podNetwork())
	if err != nil {
		return fmt.Errorf("--network %s: want two numbers, as in 10.77", p.Network)
	}
	addresses, err := netlink.AddrList(nil, netlink.FAMILY_V4)
	if err != nil {
		return err
	}
	for _, address := range addresses {
		if network.Contains(address.IP) {
			return fmt.Errorf("%s is in use here (%s); is another cluster up? --network takes another one",
				network, address.IP)
		}
	}
	return nil
}

func addAddress(link netlink.Link, address string) error {
	parsed, err := netlink.ParseAddr(address + "/16")
	if err != nil {
		return err
	}
	if err := netlink.AddrAdd(link, parsed); err != nil {
		return fmt.Errorf("address %s: %w", address, err)
	}
	return nil
}
