package main

import (
	"bytes"
	"math"
	"slices"
	"sync"

	"github.com/pingcap/kvproto/pkg/kvrpcpb"
	"github.com/tikv/client-go/v2/testutils"
)

// lockIndex knows which keys each transaction may have locked. TiKV keeps locks apart from data; mocktikv finds them only
// by walking through all that is stored, and answers nobody meanwhile.
type lockIndex struct {
	mocktikv
	mu   sync.Mutex
	keys map[uint64]map[string]bool // by the start of the transaction
}

// mocktikv is all that mocktikv's storage can do.
type mocktikv interface {
	testutils.MVCCStore
	rawStore
	debugStore
}

// newLockIndex looks once through what is stored.
func newLockIndex(storage mocktikv) (*lockIndex, error) {
	l := &lockIndex{mocktikv: storage, keys: map[uint64]map[string]bool{}}
	locks, err := storage.ScanLock(nil, nil, math.MaxUint64)
	for _, lock := range locks {
		l.note(lock.LockVersion, [][]byte{lock.Key})
	}
	return l, err
}

func (l *lockIndex) note(start uint64, keys [][]byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	known := l.keys[start]
	if known == nil {
		known = map[string]bool{}
		l.keys[start] = known
	}
	for _, key := range keys {
		known[string(key)] = true
	}
}

func (l *lockIndex) forget(start uint64, keys [][]byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, key := range keys {
		delete(l.keys[start], string(key))
	}
	if len(l.keys[start]) == 0 {
		delete(l.keys, start)
	}
}

// noted are the keys from start up to end, in order, of the transactions that are wanted; no end is the last key of all.
func (l *lockIndex) noted(start, end []byte, wanted func(transaction uint64) bool) (found [][]byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for transaction, keys := range l.keys {
		if !wanted(transaction) {
			continue
		}
		for key := range keys {
			if one := []byte(key); bytes.Compare(one, start) >= 0 && (len(end) == 0 || bytes.Compare(one, end) < 0) {
				found = append(found, one)
			}
		}
	}
	slices.SortFunc(found, bytes.Compare)
	return slices.CompactFunc(found, bytes.Equal)
}

func mutated(mutations []*kvrpcpb.Mutation) (keys [][]byte) {
	for _, mutation := range mutations {
		keys = append(keys, mutation.Key)
	}
	return keys
}

func after(key []byte) []byte { return append(slices.Clone(key), 0) }

func (l *lockIndex) Prewrite(r *kvrpcpb.PrewriteRequest) []error {
	l.note(r.StartVersion, mutated(r.Mutations))
	return l.mocktikv.Prewrite(r)
}

func (l *lockIndex) PessimisticLock(r *kvrpcpb.PessimisticLockRequest) *kvrpcpb.PessimisticLockResponse {
	l.note(r.StartVersion, mutated(r.Mutations))
	return l.mocktikv.PessimisticLock(r)
}

func (l *lockIndex) Commit(keys [][]byte, start, commit uint64) error {
	err := l.mocktikv.Commit(keys, start, commit)
	if err == nil {
		l.forget(start, keys)
	}
	return err
}

func (l *lockIndex) Rollback(keys [][]byte, start uint64) error {
	err := l.mocktikv.Rollback(keys, start)
	if err == nil {
		l.forget(start, keys)
	}
	return err
}

// ResolveLock forgets nothing: a prewrite that was noted may be on its way.
func (l *lockIndex) ResolveLock(start, end []byte, transaction, commit uint64) error {
	for _, key := range l.noted(start, end, func(one uint64) bool { return one == transaction }) {
		if err := l.mocktikv.ResolveLock(key, after(key), transaction, commit); err != nil {
			return err
		}
	}
	return nil
}

func (l *lockIndex) ScanLock(start, end []byte, newest uint64) (locks []*kvrpcpb.LockInfo, err error) {
	for _, key := range l.noted(start, end, func(one uint64) bool { return one <= newest }) {
		found, err := l.mocktikv.ScanLock(key, after(key), newest)
		if err != nil {
			return nil, err
		}
		locks = append(locks, found...)
	}
	return locks, nil
}
