package main

import (
	"flag"
	"fmt"
	"net/url"
	"os"
	"os/signal"
	"syscall"
	"time"

	"go.etcd.io/etcd/server/v3/embed"
)

// runEtcd runs one member that serves on unix sockets. It ends on SIGTERM.
func runEtcd() int {
	flags := flag.NewFlagSet("plane-etcd", flag.ExitOnError)
	data := flags.String("data-dir", "", "data directory")
	client := flags.String("client-socket", "", "unix socket of the clients")
	peer := flags.String("peer-socket", "", "unix socket of the peers, of which there are none")
	metrics := flags.String("metrics-url", "", "where metrics are served")
	fsync := flags.Bool("fsync", true, "false loses data when the machine goes down")
	_ = flags.Parse(os.Args[1:]) // ExitOnError

	config := etcdConfig(*data, *client, *peer, *metrics)
	config.UnsafeNoFsync = !*fsync
	if err := serveEtcd(config); err != nil {
		fmt.Fprintln(os.Stderr, "etcd:", err)
		return 1
	}
	return 0
}

func etcdConfig(data, client, peer, metrics string) *embed.Config {
	unix := func(path string) []url.URL { return []url.URL{{Scheme: "unix", Path: path}} }
	nobody := []url.URL{{Scheme: "http", Host: "127.0.0.1:1"}} // one member: nobody dials it
	config := embed.NewConfig()
	config.Name = "plane"
	config.Dir = data
	config.ListenClientUrls, config.ListenPeerUrls = unix(client), unix(peer)
	config.AdvertiseClientUrls, config.AdvertisePeerUrls = nobody, nobody
	config.InitialCluster = config.InitialClusterFromName(config.Name)
	if address, err := url.Parse(metrics); err == nil && metrics != "" {
		config.ListenMetricsUrls = []url.URL{*address}
	}
	config.QuotaBackendBytes = 8 << 30
	config.TickMs, config.ElectionMs = 50, 500 // alone, it is leader half a second after a start
	config.LogLevel = "warn"
	config.LogOutputs = []string{"stderr"}
	config.WarningUnaryRequestDuration = 300 * time.Millisecond // zero logs every request
	return config
}

func serveEtcd(config *embed.Config) error {
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM, syscall.SIGINT)
	server, err := embed.StartEtcd(config)
	if err != nil {
		return err
	}
	defer server.Close()
	select {
	case <-stop:
		return nil
	case err := <-server.Err():
		return err
	}
}
