package main

import (
	"bufio"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/pingcap/kvproto/pkg/pdpb"
)

const latest = 1 << 60 // a timestamp after every other

func TestTheGoClientOfTiKVReadsWhatItCommitsAcrossRegions(t *testing.T) {
	client := connect(t, start(t, fresh()))
	write, err := client.Begin()
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"a", "m", "z"} {
		if err := write.Set([]byte(key), []byte("value of "+key)); err != nil {
			t.Fatal(err)
		}
	}
	if err := write.Commit(within(t, 10*time.Second)); err != nil {
		t.Fatal(err)
	}
	reader, err := client.Begin()
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	rows, err := reader.Iter([]byte("a"), nil)
	for ; err == nil && rows.Valid(); err = rows.Next() {
		found[string(rows.Key())] = string(rows.Value())
	}
	if err != nil {
		t.Fatal(err)
	}
	if want := map[string]string{"a": "value of a", "m": "value of m", "z": "value of z"}; !reflect.DeepEqual(found, want) {
		t.Fatalf("found %v, want %v", found, want)
	}
}

func TestASplitIsKnownToPDAndOldEpochsAreRefused(t *testing.T) {
	c := start(t, fresh())
	store, old := target(t, c, "a")
	var ok string
	admin(t, c, "/split?key="+inHex("b"), &ok)
	request := put("a", "1", 10)
	request.Context = old
	answer, err := store.KvPrewrite(within(t, 5*time.Second), request)
	if err != nil || answer.RegionError.GetEpochNotMatch() == nil {
		t.Fatalf("a request with the epoch before the split: %v %v", err, answer)
	}
	var bounds []string
	for _, region := range c.regionReports() {
		bounds = append(bounds, region.Start)
	}
	if want := []string{"", inHex("b"), inHex("m")}; !reflect.DeepEqual(bounds, want) {
		t.Fatalf("regions begin at %v, want %v", bounds, want)
	}
	commit(t, c, "a", "1", 10)
}

func TestTheRegionsOfAStoppedStoreElectALeaderAndServeAgain(t *testing.T) {
	c := start(t, fresh())
	commit(t, c, "a", "1", 10)
	leader := c.regionReports()[0].Leader
	var ok string
	admin(t, c, "/transfer?region="+jsonOf(c.regionReports()[0].ID)+"&store="+jsonOf(leader), &ok)
	admin(t, c, "/stop?server="+jsonOf(leader), &ok)
	eventually(t, "another store leads", func() bool { return c.regionReports()[0].Leader != leader })
	if value, err := read(t, c, "a", latest); value != "1" || err != nil {
		t.Fatalf("%q %v", value, err)
	}
	// Without most of the peers there is no election.
	second := c.regionReports()[0].Leader
	admin(t, c, "/stop?server="+jsonOf(second), &ok)
	if err := c.elect(); err != nil {
		t.Fatal(err)
	}
	if now := c.regionReports()[0].Leader; now != second {
		t.Fatalf("store %d was elected by one of three", now)
	}
	admin(t, c, "/start?server="+jsonOf(leader), &ok)
	eventually(t, "a store with a majority leads", func() bool { return c.regionReports()[0].Leader != second })
	if value, err := read(t, c, "a", latest); value != "1" || err != nil {
		t.Fatalf("%q %v", value, err)
	}
}

func TestPDStopsAndComesBackAtItsAddress(t *testing.T) {
	c := start(t, fresh())
	addr := c.pd.addr
	if err := c.stop("pd"); err != nil {
		t.Fatal(err)
	}
	if _, err := lookUp(t, pdpb.NewPDClient(dial(t, addr)), "a"); err == nil {
		t.Fatal("a stopped PD answered")
	}
	if err := c.start("pd"); err != nil {
		t.Fatal(err)
	}
	if _, err := lookUp(t, pdpb.NewPDClient(dial(t, addr)), "a"); err != nil || c.pd.addr != addr {
		t.Fatalf("%v, at %s and not at %s", err, c.pd.addr, addr)
	}
}

func TestVersionsBelowTheSafePointAreCollected(t *testing.T) {
	c := start(t, fresh())
	for i, value := range []string{"1", "2", "3"} {
		commit(t, c, "a", value, uint64(10*(i+1)))
	}
	pd := pdOf(t, c)
	moved, err := pd.UpdateGCSafePoint(within(t, 5*time.Second), &pdpb.UpdateGCSafePointRequest{SafePoint: 25})
	if err != nil || moved.NewSafePoint != 25 {
		t.Fatalf("%v %v", err, moved)
	}
	eventually(t, "the first version is gone", func() bool {
		value, err := read(t, c, "a", 15)
		return value == "" && err == nil
	})
	for at, want := range map[uint64]string{25: "2", 35: "3"} {
		if value, err := read(t, c, "a", at); value != want || err != nil {
			t.Fatalf("at %d: %q %v, want %q", at, value, err, want)
		}
	}
	moved, err = pd.UpdateGCSafePoint(within(t, 5*time.Second), &pdpb.UpdateGCSafePointRequest{SafePoint: 5})
	if err != nil || moved.NewSafePoint != 25 {
		t.Fatalf("the safe point went back: %v %v", err, moved)
	}
}

// TestMain makes this binary the cluster itself where a test starts it as a process.
func TestMain(m *testing.M) {
	if os.Getenv("TIKV_TEST_CLUSTER_CHILD") != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// process starts the cluster as a process of its own and waits until it is ready.
func process(t *testing.T, arguments ...string) (*exec.Cmd, addresses, *os.File) {
	t.Helper()
	input, hold, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	command := exec.Command(os.Args[0], append(arguments, "-until-stdin-ends")...)
	command.Env = append(os.Environ(), "TIKV_TEST_CLUSTER_CHILD=1")
	command.Stdin = input
	output, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	_ = input.Close()
	t.Cleanup(func() { _, _ = hold.Close(), command.Process.Kill() })
	var ready addresses
	line, err := bufio.NewReader(output).ReadBytes('\n')
	if err != nil || json.Unmarshal(line, &ready) != nil {
		t.Fatalf("not ready: %v %s", err, line)
	}
	return command, ready, hold
}

func jsonOf(value any) string {
	text, _ := json.Marshal(value)
	return string(text)
}

func TestAKilledClusterComesBackWithItsDataRegionsAndLaterTimestamps(t *testing.T) {
	folder := t.TempDir()
	command, ready, _ := process(t, "-data", folder, "-pd", "127.0.0.1:0", "-stores", "127.0.0.1:0,127.0.0.1:0", "-split", "m")
	first := remote(ready)
	var ok string
	admin(t, first, "/split?key="+inHex("b"), &ok)
	var before []regionReport
	admin(t, first, "/regions", &before)
	commitRemote(t, first, "a", "1")
	stamp := timestamp(t, first)
	if err := command.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = command.Wait()
	// A kill in the middle of a line leaves half of it.
	journal, err := os.OpenFile(filepath.Join(folder, "cluster.log"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := journal.WriteString(`{"op":"spl`); err != nil {
		t.Fatal(err)
	}
	addrs := []string{ready.Stores[0].Addr, ready.Stores[1].Addr}
	_, again, _ := process(t, "-data", folder, "-pd", ready.PD, "-stores", strings.Join(addrs, ","))
	second := remote(again)
	var after []regionReport
	admin(t, second, "/regions", &after)
	if !reflect.DeepEqual(before, after) {
		t.Fatalf("regions were %v, are %v", before, after)
	}
	if later := timestamp(t, second); later <= stamp {
		t.Fatalf("timestamp %d after %d", later, stamp)
	}
	if value := readRemote(t, second, "a"); value != "1" {
		t.Fatalf("the value is %q", value)
	}
}

func TestTheProcessEndsWithItsParent(t *testing.T) {
	command, _, hold := process(t, "-pd", "127.0.0.1:0", "-stores", "127.0.0.1:0")
	if err := hold.Close(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- command.Wait() }()
	select {
	case err := <-ended:
		if err != nil {
			t.Fatal(err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("it still runs")
	}
}
