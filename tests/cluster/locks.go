package main

import (
	"encoding/binary"
	"math"
	"strings"
	"sync"

	"github.com/pingcap/kvproto/pkg/kvrpcpb"
	"github.com/tikv/client-go/v2/util/codec"
)

// lockRecord is a lock as mocktikv stores it (mvcc.go, mvccLock.MarshalBinary).
type lockRecord struct {
	start          uint64
	primary, value []byte
	op             kvrpcpb.Op
	ttl, forUpdate uint64
	size, min      uint64
}

// lockKey is mocktikv's mvccEncode(key, lockVer).
func lockKey(key []byte) []byte {
	return codec.EncodeUintDesc(codec.EncodeBytes(nil, key), math.MaxUint64)
}

func (l *lockRecord) marshal() []byte {
	out := binary.LittleEndian.AppendUint64(nil, l.start)
	for _, bytes := range [][]byte{l.primary, l.value} {
		out = binary.AppendUvarint(out, uint64(len(bytes)))
		out = append(out, bytes...)
	}
	out = binary.LittleEndian.AppendUint32(out, uint32(l.op))
	for _, number := range []uint64{l.ttl, l.forUpdate, l.size, l.min} {
		out = binary.LittleEndian.AppendUint64(out, number)
	}
	return out
}

func unmarshalLock(in []byte) *lockRecord {
	l := &lockRecord{start: binary.LittleEndian.Uint64(in)}
	in = in[8:]
	for _, bytes := range []*[]byte{&l.primary, &l.value} {
		size, width := binary.Uvarint(in)
		*bytes = in[width : width+int(size)]
		in = in[width+int(size):]
	}
	l.op = kvrpcpb.Op(binary.LittleEndian.Uint32(in))
	in = in[4:]
	for i, number := range []*uint64{&l.ttl, &l.forUpdate, &l.size, &l.min} {
		*number = binary.LittleEndian.Uint64(in[8*i:])
	}
	return l
}

// lockRecord is the lock on a key, whoever holds it.
func (c *cluster) lockRecord(key []byte) *lockRecord {
	stored := c.raw.RawGet("", lockKey(key))
	if len(stored) == 0 {
		return nil
	}
	return unmarshalLock(stored)
}

// locks is how many keys are locked, by any transaction.
func (c *cluster) locks() (int, error) {
	c.records.RLock()
	defer c.records.RUnlock()
	found, err := c.mvcc.ScanLock(nil, nil, math.MaxUint64)
	return len(found), err
}

// lockInfo is the lock on a key in the form of the protocol; start 0 is any transaction's.
func (c *cluster) lockInfo(key []byte, start uint64) *kvrpcpb.LockInfo {
	l := c.lockRecord(key)
	if l == nil || (start != 0 && l.start != start) {
		return nil
	}
	info := &kvrpcpb.LockInfo{
		Key: key, PrimaryLock: l.primary, LockVersion: l.start, LockType: l.op, LockTtl: l.ttl,
		TxnSize: l.size, LockForUpdateTs: l.forUpdate, MinCommitTs: l.min,
	}
	c.async.complete(info)
	return info
}

// completeError adds to an error of mocktikv what clients of a real store find there.
func (c *cluster) completeError(err *kvrpcpb.KeyError) {
	if err == nil {
		return
	}
	if err.Locked != nil {
		c.async.complete(err.Locked)
	}
	if strings.HasSuffix(err.Abort, "is already rolled back") { // a real store calls that a conflict with itself
		err.Abort, err.Conflict = "", &kvrpcpb.WriteConflict{Reason: kvrpcpb.WriteConflict_SelfRolledBack}
	}
	if err.Conflict != nil && err.Conflict.Reason == kvrpcpb.WriteConflict_Unknown {
		err.Conflict.Reason = kvrpcpb.WriteConflict_Optimistic
	}
}

// waiters are requests that wait for a lock to go.
type waiters struct {
	mu   sync.Mutex
	gone chan struct{}
}

// wake tells all who wait that some lock may be gone.
func (w *waiters) wake() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.gone != nil {
		close(w.gone)
		w.gone = nil
	}
}

// wait gives a channel that is closed at the next wake.
func (w *waiters) wait() <-chan struct{} {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.gone == nil {
		w.gone = make(chan struct{})
	}
	return w.gone
}
