package main

import (
	"testing"
	"time"

	"github.com/pingcap/kvproto/pkg/pdpb"
	"github.com/tikv/client-go/v2/config"
	"github.com/tikv/client-go/v2/txnkv"
)

// remote stands for a cluster in another process: only its addresses.
func remote(ready addresses) *cluster {
	return &cluster{pd: &pdServer{server: server{addr: ready.PD}}, options: options{admin: ready.Admin}}
}

func timestamp(t *testing.T, c *cluster) int64 {
	t.Helper()
	stream, err := pdOf(t, c).Tso(within(t, 5*time.Second))
	if err != nil {
		t.Fatal(err)
	}
	if err := stream.Send(&pdpb.TsoRequest{Header: &pdpb.RequestHeader{ClusterId: clusterID}, Count: 1}); err != nil {
		t.Fatal(err)
	}
	answer, err := stream.Recv()
	if err != nil {
		t.Fatal(err)
	}
	return answer.Timestamp.Physical<<18 + answer.Timestamp.Logical
}

func connect(t *testing.T, c *cluster) *txnkv.Client {
	t.Helper()
	// mocktikv has no BatchCommands, which the client uses unless told otherwise.
	t.Cleanup(config.UpdateGlobal(func(c *config.Config) { c.TiKVClient.MaxBatchSize = 0 }))
	client, err := txnkv.NewClient([]string{c.pd.addr})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return client
}

func commitRemote(t *testing.T, c *cluster, key, value string) {
	t.Helper()
	transaction, err := connect(t, c).Begin()
	if err != nil {
		t.Fatal(err)
	}
	if err := transaction.Set([]byte(key), []byte(value)); err != nil {
		t.Fatal(err)
	}
	if err := transaction.Commit(within(t, 10*time.Second)); err != nil {
		t.Fatal(err)
	}
}

func readRemote(t *testing.T, c *cluster, key string) string {
	t.Helper()
	transaction, err := connect(t, c).Begin()
	if err != nil {
		t.Fatal(err)
	}
	value, err := transaction.Get(within(t, 10*time.Second), []byte(key))
	if err != nil {
		t.Fatal(err)
	}
	return string(value)
}
