package main

import (
	"bytes"
	"context"
	"math"
	"time"

	"github.com/pingcap/kvproto/pkg/kvrpcpb"
	"github.com/tikv/client-go/v2/tikvrpc"
)

// prewritePessimistic does what mocktikv gets wrong: a key on which its transaction holds a pessimistic lock is not
// checked again for newer writes (mocktikv compares them with the start of the transaction).
func (s *storeServer) prewritePessimistic(ctx context.Context, r *kvrpcpb.PrewriteRequest) (*kvrpcpb.PrewriteResponse, error) {
	c := s.cluster
	c.records.Lock()
	defer c.records.Unlock()
	rest := *r
	rest.Mutations, rest.PessimisticActions = nil, nil
	out := &kvrpcpb.PrewriteResponse{}
	var keys, values [][]byte
	for i, mutation := range r.Mutations {
		if r.PessimisticActions[i] != kvrpcpb.PrewriteRequest_DO_PESSIMISTIC_CHECK {
			rest.Mutations = append(rest.Mutations, mutation)
			rest.PessimisticActions = append(rest.PessimisticActions, r.PessimisticActions[i])
			continue
		}
		probe := &kvrpcpb.GetRequest{Context: r.Context, Key: mutation.Key, Version: 1}
		answer, err := typed[*kvrpcpb.GetResponse](s.forwardLocked(ctx, tikvrpc.CmdGet, probe, r.Context))
		if err != nil {
			return nil, err
		}
		if answer.RegionError != nil {
			return &kvrpcpb.PrewriteResponse{RegionError: answer.RegionError}, nil
		}
		held := c.lockRecord(mutation.Key)
		if refusal := refuse(held, mutation.Key, r.StartVersion); refusal != nil {
			out.Errors = append(out.Errors, refusal)
		} else if held.op == kvrpcpb.Op_PessimisticLock {
			keys = append(keys, lockKey(mutation.Key))
			values = append(values, prewritten(held, mutation, r).marshal())
		}
	}
	if len(out.Errors) > 0 {
		return out, nil
	}
	if len(rest.Mutations) > 0 {
		answer, err := typed[*kvrpcpb.PrewriteResponse](s.forwardLocked(ctx, tikvrpc.CmdPrewrite, &rest, r.Context))
		if err != nil || answer.RegionError != nil || len(answer.Errors) > 0 {
			return answer, err
		}
		out = answer
	}
	c.raw.RawBatchPut("", keys, values)
	return out, nil
}

// refuse says why a pessimistic lock is not there to be prewritten.
func refuse(held *lockRecord, key []byte, start uint64) *kvrpcpb.KeyError {
	if held == nil {
		return &kvrpcpb.KeyError{Abort: "pessimistic lock not found"}
	}
	if held.start != start {
		// A time to live of 0 tells the client to resolve the lock, whatever its age.
		return &kvrpcpb.KeyError{Locked: &kvrpcpb.LockInfo{
			Key: key, PrimaryLock: held.primary, LockVersion: held.start, LockType: held.op, LockForUpdateTs: held.forUpdate,
		}}
	}
	return nil
}

// prewritten is the lock that takes the place of a pessimistic one.
func prewritten(held *lockRecord, mutation *kvrpcpb.Mutation, r *kvrpcpb.PrewriteRequest) *lockRecord {
	next := &lockRecord{
		start: held.start, primary: r.PrimaryLock, value: mutation.Value, op: mutation.Op,
		ttl: max(held.ttl, r.LockTtl), forUpdate: held.forUpdate, size: r.TxnSize,
	}
	if next.op == kvrpcpb.Op_Insert {
		next.op = kvrpcpb.Op_Put
	}
	if bytes.Equal(mutation.Key, r.PrimaryLock) {
		next.min = max(held.min, r.MinCommitTs)
	}
	return next
}

// poll is how often a request that waits for a lock looks again without being woken.
const poll = 20 * time.Millisecond

func (s *storeServer) KvPessimisticLock(ctx context.Context, r *kvrpcpb.PessimisticLockRequest) (*kvrpcpb.PessimisticLockResponse, error) {
	deadline := time.Now().Add(s.patience(r.WaitTimeout))
	r.WaitTimeout = -1 // else mocktikv sleeps with its store locked
	for {
		wake := s.cluster.waiters.wait()
		answer, err := ask[*kvrpcpb.PessimisticLockResponse](ctx, s, tikvrpc.CmdPessimisticLock, r, r.Context)
		if err != nil {
			return nil, err
		}
		locked := false
		for _, err := range answer.Errors {
			s.cluster.completeError(err)
			if err.Conflict != nil {
				err.Conflict.Reason = kvrpcpb.WriteConflict_PessimisticRetry
			}
			locked = locked || err.Locked != nil
		}
		if !locked || time.Now().After(deadline) {
			s.fillValues(r, answer)
			return answer, nil
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-wake:
		case <-time.After(poll):
		}
	}
}

// patience is how long a lock is waited for. In the protocol 0 is the store's default, less than 0 is not at all, and
// more is milliseconds.
func (s *storeServer) patience(asked int64) time.Duration {
	wanted := time.Duration(asked) * time.Millisecond
	switch {
	case asked < 0:
		return 0
	case asked == 0:
		return s.cluster.options.lockWait
	}
	return min(wanted, s.cluster.options.lockWait)
}

// fillValues gives the values that mocktikv calls missing though they are only newer than the transaction's start.
func (s *storeServer) fillValues(r *kvrpcpb.PessimisticLockRequest, answer *kvrpcpb.PessimisticLockResponse) {
	for i, missing := range answer.NotFounds {
		if !missing || i >= len(answer.Values) {
			continue
		}
		value, err := s.cluster.mvcc.Get(r.Mutations[i].Key, math.MaxUint64-1, kvrpcpb.IsolationLevel_SI, nil)
		if err == nil && value != nil {
			answer.NotFounds[i], answer.Values[i] = false, value
		}
	}
}

func (s *storeServer) KVPessimisticRollback(ctx context.Context, r *kvrpcpb.PessimisticRollbackRequest) (*kvrpcpb.PessimisticRollbackResponse, error) {
	return ask[*kvrpcpb.PessimisticRollbackResponse](ctx, s, tikvrpc.CmdPessimisticRollback, r, r.Context)
}
