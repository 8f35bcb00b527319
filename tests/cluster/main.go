// tikv-test-cluster serves the protocols of TiKV and PD over client-go's mocktikv, for tests of TiKV clients: one
// process, one data folder, one PD, several stores, faults on command. See README.md for what it is not.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"strings"
	"time"

	_ "google.golang.org/grpc/encoding/gzip"
)

func main() {
	o := options{}
	stores := flag.String("stores", "127.0.0.1:20160,127.0.0.1:20161,127.0.0.1:20162", "addresses of the stores; port 0 is a free port")
	splits := flag.String("split", "", "keys at which the regions of a fresh cluster are split, with commas between")
	flag.StringVar(&o.pd, "pd", "127.0.0.1:2379", "address of PD; port 0 is a free port")
	flag.StringVar(&o.admin, "admin", "127.0.0.1:0", "address of the HTTP port for tests")
	flag.StringVar(&o.folder, "data", "", "data folder; none keeps everything in memory")
	flag.DurationVar(&o.lockWait, "lock-wait", time.Second, "how long a pessimistic lock request waits")
	flag.DurationVar(&o.election, "election", 300*time.Millisecond, "how long the regions of a stopped store are without a leader")
	flag.StringVar(&o.tls, "tls", "", "folder with ca.pem, server.pem, server.key; made, with client.pem and client.key, if it is empty")
	tied := flag.Bool("until-stdin-ends", false, "end when standard input does, as it does when the parent process is gone")
	flag.Parse()
	o.stores = strings.Split(*stores, ",")
	for _, key := range strings.Split(*splits, ",") {
		if key != "" {
			o.splits = append(o.splits, []byte(key))
		}
	}
	c, err := serve(o)
	if err != nil {
		log.Fatal(err)
	}
	ready, err := json.Marshal(c.addresses())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(string(ready))
	if *tied {
		_, _ = io.Copy(io.Discard, os.Stdin)
		return
	}
	select {}
}

// serve opens the cluster and starts its servers.
func serve(o options) (*cluster, error) {
	if o.tls != "" {
		if err := makeCertificates(o.tls); err != nil {
			return nil, err
		}
	}
	c, err := openCluster(o)
	if err != nil {
		return nil, err
	}
	for i, store := range c.stores {
		store.addr = o.stores[i]
		if err := store.start(); err != nil {
			return nil, err
		}
	}
	c.pd.addr = o.pd
	if err := c.pd.start(); err != nil {
		return nil, err
	}
	listener, _, err := listen(o.admin)
	if err != nil {
		return nil, err
	}
	c.options.admin = listener.Addr().String()
	go func() { log.Fatal(http.Serve(listener, c.adminHandler())) }()
	return c, nil
}

// addresses is what the process prints when it is ready, and answers to /status.
type addresses struct {
	PD     string        `json:"pd"`
	Admin  string        `json:"admin"`
	Stores []storeStatus `json:"stores"`
}

type storeStatus struct {
	ID      uint64 `json:"id"`
	Addr    string `json:"addr"`
	Running bool   `json:"running"`
}

func (c *cluster) addresses() addresses {
	out := addresses{PD: c.pd.addr, Admin: c.options.admin}
	for _, store := range c.stores {
		out.Stores = append(out.Stores, storeStatus{store.id, store.addr, store.running()})
	}
	return out
}
