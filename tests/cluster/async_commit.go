package main

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"sync"

	"github.com/pingcap/kvproto/pkg/kvrpcpb"
)

// asyncCommits keeps what mocktikv's locks have no place for: the secondaries and the least commit timestamps of
// transactions under asynchronous commit.
type asyncCommits struct {
	// mu is held by a prewrite from before its locks stand until their least commit timestamp is known: readers that
	// meet the locks wait for it in complete.
	mu           sync.Mutex
	transactions map[uint64]*asyncTransaction
	journal      *journal
}

// asyncTransaction is one line of async.log; the last line of a transaction counts.
type asyncTransaction struct {
	Start       uint64            `json:"start"`
	Primary     []byte            `json:"primary"`
	Secondaries [][]byte          `json:"secondaries,omitempty"`
	Min         map[string]uint64 `json:"min,omitempty"` // by key in hex
}

func (a *asyncCommits) open() {
	a.transactions = map[uint64]*asyncTransaction{}
}

func (a *asyncCommits) restore(path string) (err error) {
	a.journal, err = openJournal(path, func(line []byte) error {
		one := &asyncTransaction{}
		if err := json.Unmarshal(line, one); err != nil {
			return err
		}
		a.transactions[one.Start] = one
		return nil
	})
	return err
}

// prewritten notes the locks of a prewrite; the caller holds mu. The timestamp was taken after the locks stood, so no
// older read can have missed them.
func (a *asyncCommits) prewritten(r *kvrpcpb.PrewriteRequest, timestamp uint64) error {
	one := a.transactions[r.StartVersion]
	if one == nil {
		one = &asyncTransaction{Start: r.StartVersion, Primary: r.PrimaryLock, Min: map[string]uint64{}}
		a.transactions[r.StartVersion] = one
	}
	for _, mutation := range r.Mutations {
		one.Min[hex.EncodeToString(mutation.Key)] = timestamp
		if bytes.Equal(mutation.Key, r.PrimaryLock) {
			one.Secondaries = r.Secondaries
		}
	}
	return a.journal.write(one)
}

// complete adds the fields of asynchronous commit to a lock that is under it.
func (a *asyncCommits) complete(lock *kvrpcpb.LockInfo) {
	if lock.LockType == kvrpcpb.Op_PessimisticLock {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	one := a.transactions[lock.LockVersion]
	if one == nil {
		return
	}
	least, known := one.Min[hex.EncodeToString(lock.Key)]
	if !known {
		return
	}
	lock.UseAsyncCommit, lock.MinCommitTs = true, least
	if bytes.Equal(lock.Key, one.Primary) {
		lock.Secondaries = one.Secondaries
	}
}
