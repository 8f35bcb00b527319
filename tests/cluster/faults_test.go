package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/pingcap/kvproto/pkg/pdpb"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/status"
)

func fail(t *testing.T, c *cluster, query string) string {
	t.Helper()
	var id uint64
	admin(t, c, "/fail?"+query, &id)
	return jsonOf(id)
}

func TestALookUpFailsForTheRegionOfAKeyAndForNoOther(t *testing.T) {
	c := start(t, fresh())
	pd := pdOf(t, c)
	id := fail(t, c, "method=GetRegion&kind=unavailable&skip=1&n=2&key="+inHex("p"))
	outcomes := []codes.Code{}
	for _, key := range []string{"a", "z", "a", "q", "n", "z"} {
		_, err := lookUp(t, pd, key)
		outcomes = append(outcomes, status.Code(err))
	}
	// The first look-up of the region passes, two fail, the next passes again.
	want := []codes.Code{codes.OK, codes.OK, codes.OK, codes.Unavailable, codes.Unavailable, codes.OK}
	if jsonOf(outcomes) != jsonOf(want) {
		t.Fatalf("%v, want %v", outcomes, want)
	}
	var hits int64
	admin(t, c, "/hits?id="+id, &hits)
	if hits != 2 {
		t.Fatalf("%d hits", hits)
	}
}

func TestUnavailableAfterTheWorkHasDoneTheWorkAndBeforeItHasNot(t *testing.T) {
	c := start(t, fresh())
	store, in := target(t, c, "a")
	prewrite := func(key string) error {
		request := put(key, "1", 10)
		request.Context = in
		_, err := store.KvPrewrite(within(t, 5*time.Second), request)
		return err
	}
	fail(t, c, "method=KvPrewrite&kind=after-unavailable")
	fail(t, c, "method=KvPrewrite&kind=unavailable")
	for _, key := range []string{"a", "b"} {
		if err := prewrite(key); status.Code(err) != codes.Unavailable {
			t.Fatalf("%s: %v", key, err)
		}
	}
	if c.lockRecord([]byte("a")) == nil || c.lockRecord([]byte("b")) != nil {
		t.Fatal("the first was to be done, the second was not")
	}
}

func TestALateRequestIsRefusedAtOnceAndDoneAllTheSame(t *testing.T) {
	c := start(t, fresh())
	store, in := target(t, c, "a")
	fail(t, c, "method=KvPrewrite&kind=late:50")
	request := put("a", "1", 10)
	request.Context = in
	if _, err := store.KvPrewrite(within(t, 5*time.Second), request); status.Code(err) != codes.Unavailable {
		t.Fatal(err)
	}
	eventually(t, "the prewrite arrived", func() bool { return c.lockRecord([]byte("a")) != nil })
}

func TestWhatHangsGivesUpWhenTheFaultIsCleared(t *testing.T) {
	c := start(t, fresh())
	pd := pdOf(t, c)
	id := fail(t, c, "method=*&kind=hang&n=-1")
	hanging := make(chan error, 1)
	go func() {
		_, err := pd.GetMembers(context.Background(), &pdpb.GetMembersRequest{})
		hanging <- err
	}()
	eventually(t, "it hangs", func() bool {
		var hits int64
		admin(t, c, "/hits?id="+id, &hits)
		return hits == 1
	})
	select {
	case err := <-hanging:
		t.Fatalf("it was answered: %v", err)
	default:
	}
	var ok string
	admin(t, c, "/clear?id="+id, &ok)
	if err := <-hanging; status.Code(err) != codes.Unavailable {
		t.Fatal(err)
	}
	if _, err := lookUp(t, pd, "a"); err != nil {
		t.Fatal(err)
	}
}

func TestCountersKnowMethodsBytesAndWhatFollowedWhat(t *testing.T) {
	c := start(t, fresh())
	commit(t, c, "a", "12345", 10)
	var report report
	admin(t, c, "/counts?reset", &report)
	if prewrite := report.Methods["KvPrewrite"]; prewrite.Requests != 1 || prewrite.Keys != 1 || prewrite.Written != 6 {
		t.Fatalf("%+v", prewrite)
	}
	if report.Rounds != 2 {
		t.Fatalf("prewrite and commit are two rounds, not %d", report.Rounds)
	}
	// Three side by side are one round, if they take long enough to meet.
	fail(t, c, "method=KvGet&kind=delay:100&n=-1")
	done := make(chan error, 3)
	store, in := target(t, c, "a")
	admin(t, c, "/counts?reset", &report)
	for range 3 {
		go func() {
			_, err := store.KvGet(context.Background(), getA(in))
			done <- err
		}()
	}
	for range 3 {
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	}
	admin(t, c, "/counts", &report)
	if report.Methods["KvGet"].Requests != 3 || report.Rounds != 1 {
		t.Fatalf("%+v", report)
	}
}

func TestLocksAreCountedUntilTheyAreCommitted(t *testing.T) {
	c := start(t, fresh())
	store, in := target(t, c, "a")
	request := put("a", "1", 10)
	request.Context = in
	if _, err := store.KvPrewrite(within(t, 5*time.Second), request); err != nil {
		t.Fatal(err)
	}
	var locks int
	if admin(t, c, "/locks", &locks); locks != 1 {
		t.Fatalf("%d locks after the prewrite", locks)
	}
	commit(t, c, "a", "1", 10)
	if admin(t, c, "/locks", &locks); locks != 0 {
		t.Fatalf("%d locks after the commit", locks)
	}
}

func TestUnderTLSOnlyAClientWithACertificateIsAnswered(t *testing.T) {
	o := fresh()
	o.tls = filepath.Join(t.TempDir(), "tls")
	c := start(t, o)
	authority, err := os.ReadFile(filepath.Join(o.tls, "ca.pem"))
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(authority)
	ask := func(certificates ...tls.Certificate) error {
		secure := credentials.NewTLS(&tls.Config{RootCAs: pool, Certificates: certificates})
		pd := pdpb.NewPDClient(dial(t, c.pd.addr, grpc.WithTransportCredentials(secure)))
		_, err := lookUp(t, pd, "a")
		return err
	}
	own, err := tls.LoadX509KeyPair(filepath.Join(o.tls, "client.pem"), filepath.Join(o.tls, "client.key"))
	if err != nil {
		t.Fatal(err)
	}
	if err := ask(own); err != nil {
		t.Fatal(err)
	}
	if err := ask(); err == nil {
		t.Fatal("a client without a certificate was answered")
	}
}
