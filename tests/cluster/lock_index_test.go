package main

import (
	"math"
	"testing"

	"github.com/pingcap/kvproto/pkg/kvrpcpb"
)

func lockedKeys(t *testing.T, l *lockIndex) string {
	t.Helper()
	locks, err := l.ScanLock(nil, nil, math.MaxUint64)
	if err != nil {
		t.Fatal(err)
	}
	var keys []string
	for _, lock := range locks {
		keys = append(keys, string(lock.Key))
	}
	return jsonOf(keys)
}

func TestLocksAreFoundByTheirTransactionAndAgainAfterARestart(t *testing.T) {
	c := start(t, fresh())
	l := c.mvcc.(*lockIndex)
	for _, request := range []*kvrpcpb.PrewriteRequest{put("b", "1", 10), put("a", "1", 10), put("c", "2", 20), put("z", "3", 30)} {
		for _, err := range l.Prewrite(request) {
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	again, err := newLockIndex(l.mocktikv)
	if err != nil {
		t.Fatal(err)
	}
	for name, index := range map[string]*lockIndex{"found when it opens": again, "noted": l} {
		if found := lockedKeys(t, index); found != `["a","b","c","z"]` {
			t.Fatalf("%s: %s", name, found)
		}
	}
	// The region ends before z.
	for _, transaction := range []uint64{10, 30} {
		if err := again.ResolveLock(nil, []byte("d"), transaction, transaction+1); err != nil {
			t.Fatal(err)
		}
	}
	if err := again.Rollback([][]byte{[]byte("c")}, 20); err != nil {
		t.Fatal(err)
	}
	if found := lockedKeys(t, again); found != `["z"]` {
		t.Fatalf("still locked: %s", found)
	}
	for key, want := range map[string]string{"a": "1", "b": "1", "c": ""} {
		if value, err := read(t, c, key, 40); err != nil || value != want {
			t.Fatalf("%s is %q, not %q: %v", key, value, want, err)
		}
	}
}
