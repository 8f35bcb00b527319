package main

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/pingcap/kvproto/pkg/kvrpcpb"
	"github.com/pingcap/kvproto/pkg/metapb"
	"github.com/pingcap/kvproto/pkg/pdpb"
	"github.com/pingcap/kvproto/pkg/tikvpb"
	"github.com/tikv/client-go/v2/util/codec"
	"google.golang.org/grpc"
)

// fresh are the options of a cluster of three stores at free ports, in memory, with a split at "m".
func fresh() options {
	return options{
		pd: "127.0.0.1:0", admin: "127.0.0.1:0", stores: []string{"127.0.0.1:0", "127.0.0.1:0", "127.0.0.1:0"},
		splits: [][]byte{[]byte("m")}, lockWait: time.Second, election: 10 * time.Millisecond,
	}
}

func start(t *testing.T, o options) *cluster {
	t.Helper()
	c, err := serve(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.stop("all") })
	return c
}

func within(t *testing.T, limit time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	t.Cleanup(cancel)
	return ctx
}

func dial(t *testing.T, addr string, options ...grpc.DialOption) *grpc.ClientConn {
	t.Helper()
	if len(options) == 0 {
		options = []grpc.DialOption{grpc.WithInsecure()}
	}
	conn, err := grpc.Dial(addr, options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

func pdOf(t *testing.T, c *cluster) pdpb.PDClient {
	t.Helper()
	return pdpb.NewPDClient(dial(t, c.pd.addr))
}

// lookUp asks PD for the region of a key.
func lookUp(t *testing.T, pd pdpb.PDClient, key string) (*pdpb.GetRegionResponse, error) {
	t.Helper()
	return pd.GetRegion(within(t, 5*time.Second), &pdpb.GetRegionRequest{RegionKey: codec.EncodeBytes(nil, []byte(key))})
}

// target is the leader of a key's region, and the context of a request to it.
func target(t *testing.T, c *cluster, key string) (tikvpb.TikvClient, *kvrpcpb.Context) {
	t.Helper()
	found, err := lookUp(t, pdOf(t, c), key)
	if err != nil {
		t.Fatal(err)
	}
	return tikvpb.NewTikvClient(dial(t, c.regions.GetStore(found.Leader.StoreId).Address)), contextOf(found.Region, found.Leader)
}

func contextOf(region *metapb.Region, leader *metapb.Peer) *kvrpcpb.Context {
	return &kvrpcpb.Context{RegionId: region.Id, RegionEpoch: region.RegionEpoch, Peer: leader}
}

func put(key, value string, at uint64) *kvrpcpb.PrewriteRequest {
	mutation := &kvrpcpb.Mutation{Op: kvrpcpb.Op_Put, Key: []byte(key), Value: []byte(value)}
	return &kvrpcpb.PrewriteRequest{Mutations: []*kvrpcpb.Mutation{mutation}, PrimaryLock: []byte(key), StartVersion: at, LockTtl: 3000}
}

// commit writes one key at the timestamps at and at+1.
func commit(t *testing.T, c *cluster, key, value string, at uint64) {
	t.Helper()
	store, in := target(t, c, key)
	prewrite := put(key, value, at)
	prewrite.Context = in
	prewritten, err := store.KvPrewrite(within(t, 5*time.Second), prewrite)
	if err != nil || prewritten.RegionError != nil || len(prewritten.Errors) > 0 {
		t.Fatalf("prewrite: %v %v", err, prewritten)
	}
	committed, err := store.KvCommit(within(t, 5*time.Second), &kvrpcpb.CommitRequest{
		Context: in, Keys: [][]byte{[]byte(key)}, StartVersion: at, CommitVersion: at + 1,
	})
	if err != nil || committed.RegionError != nil || committed.Error != nil {
		t.Fatalf("commit: %v %v", err, committed)
	}
}

// read gives the value of a key at a timestamp.
func read(t *testing.T, c *cluster, key string, at uint64) (string, error) {
	t.Helper()
	store, in := target(t, c, key)
	answer, err := store.KvGet(within(t, 5*time.Second), &kvrpcpb.GetRequest{Context: in, Key: []byte(key), Version: at})
	if err != nil {
		return "", err
	}
	if answer.RegionError != nil || answer.Error != nil {
		return "", fmt.Errorf("%v %v", answer.RegionError, answer.Error)
	}
	return string(answer.Value), nil
}

// admin sends a request to the admin port and reads the answer into out.
func admin(t *testing.T, c *cluster, request string, out any) {
	t.Helper()
	answer, err := http.Get("http://" + c.options.admin + request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("%s: %v %s %s", request, err, answer.Status, body)
	}
	if err := json.Unmarshal(body, out); err != nil {
		t.Fatalf("%s: %v in %s", request, err, body)
	}
}

func inHex(key string) string { return hex.EncodeToString([]byte(key)) }

// eventually waits for a condition.
func eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); !condition(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("it did not come true that %s", what)
		}
	}
}

func getA(in *kvrpcpb.Context) *kvrpcpb.GetRequest {
	return &kvrpcpb.GetRequest{Context: in, Key: []byte("a"), Version: latest}
}
