package main

import (
	"bytes"
	"context"
	"log"

	"github.com/pingcap/kvproto/pkg/kvrpcpb"
	"github.com/tikv/client-go/v2/tikvrpc"
)

func (s *storeServer) KvTxnHeartBeat(ctx context.Context, r *kvrpcpb.TxnHeartBeatRequest) (*kvrpcpb.TxnHeartBeatResponse, error) {
	answer, err := ask[*kvrpcpb.TxnHeartBeatResponse](ctx, s, tikvrpc.CmdTxnHeartBeat, r, r.Context)
	if err != nil {
		return nil, err
	}
	if answer.Error != nil && answer.Error.Abort != "" {
		answer.Error = &kvrpcpb.KeyError{TxnNotFound: &kvrpcpb.TxnNotFound{StartTs: r.StartVersion, PrimaryKey: r.PrimaryLock}}
	}
	return answer, nil
}

func (s *storeServer) KvCheckTxnStatus(ctx context.Context, r *kvrpcpb.CheckTxnStatusRequest) (*kvrpcpb.CheckTxnStatusResponse, error) {
	if !r.ForceSyncCommit {
		// A lock under asynchronous commit is not rolled back for its age alone.
		if lock := s.cluster.lockInfo(r.PrimaryKey, r.LockTs); lock != nil && lock.UseAsyncCommit {
			return &kvrpcpb.CheckTxnStatusResponse{LockTtl: lock.LockTtl, LockInfo: lock}, nil
		}
	}
	answer, err := ask[*kvrpcpb.CheckTxnStatusResponse](ctx, s, tikvrpc.CmdCheckTxnStatus, r, r.Context)
	if err != nil {
		return nil, err
	}
	if answer.LockTtl > 0 { // mocktikv leaves the lock out; tikv-client 0.4 panics without it
		answer.LockInfo = s.cluster.lockInfo(r.PrimaryKey, r.LockTs)
		if answer.LockInfo == nil { // gone meanwhile: ask again
			return s.KvCheckTxnStatus(ctx, r)
		}
		answer.LockInfo.LockTtl = answer.LockTtl
	}
	return answer, nil
}

func (s *storeServer) KvCheckSecondaryLocks(ctx context.Context, r *kvrpcpb.CheckSecondaryLocksRequest) (*kvrpcpb.CheckSecondaryLocksResponse, error) {
	out := &kvrpcpb.CheckSecondaryLocksResponse{}
	for _, key := range r.Keys {
		// A get through mocktikv checks region, epoch and leader.
		probe := &kvrpcpb.GetRequest{Context: r.Context, Key: key, Version: 1}
		answer, err := ask[*kvrpcpb.GetResponse](ctx, s, tikvrpc.CmdGet, probe, r.Context)
		if err != nil {
			return nil, err
		}
		if answer.RegionError != nil {
			return &kvrpcpb.CheckSecondaryLocksResponse{RegionError: answer.RegionError}, nil
		}
		if lock := s.cluster.lockInfo(key, r.StartVersion); lock != nil && lock.LockType != kvrpcpb.Op_PessimisticLock {
			out.Locks = append(out.Locks, lock)
			continue
		}
		return &kvrpcpb.CheckSecondaryLocksResponse{CommitTs: s.committedAt(key, r.StartVersion)}, nil
	}
	return out, nil
}

// committedAt is the commit timestamp of a transaction's write of a key. If there is none, the write was never
// prewritten or was rolled back, and 0 makes sure that it stays so.
func (s *storeServer) committedAt(key []byte, start uint64) uint64 {
	var commit uint64
	for _, write := range s.cluster.debug.MvccGetByKey(key).GetWrites() {
		if write.StartTs == start && write.Type != kvrpcpb.Op_Rollback {
			commit = write.CommitTs
		}
	}
	if commit == 0 {
		if err := s.cluster.mvcc.Rollback([][]byte{key}, start); err != nil {
			log.Printf("roll-back of a missing secondary: %v", err)
		}
	}
	return commit
}

func (s *storeServer) KvScanLock(ctx context.Context, r *kvrpcpb.ScanLockRequest) (*kvrpcpb.ScanLockResponse, error) {
	// mocktikv gives every lock of the region, without a limit.
	answer, err := ask[*kvrpcpb.ScanLockResponse](ctx, s, tikvrpc.CmdScanLock, r, r.Context)
	if err != nil {
		return nil, err
	}
	var wanted []*kvrpcpb.LockInfo
	for _, lock := range answer.Locks {
		past := len(r.EndKey) > 0 && bytes.Compare(lock.Key, r.EndKey) >= 0
		if past || bytes.Compare(lock.Key, r.StartKey) < 0 {
			continue
		}
		if full := s.cluster.lockInfo(lock.Key, lock.LockVersion); full != nil {
			wanted = append(wanted, full)
		}
		if r.Limit > 0 && len(wanted) >= int(r.Limit) {
			break
		}
	}
	answer.Locks = wanted
	return answer, nil
}

func (s *storeServer) KvResolveLock(ctx context.Context, r *kvrpcpb.ResolveLockRequest) (answer *kvrpcpb.ResolveLockResponse, err error) {
	transactions := r.TxnInfos
	if len(transactions) == 0 {
		transactions = []*kvrpcpb.TxnInfo{{Txn: r.StartVersion, Status: r.CommitVersion}}
	}
	for _, one := range transactions { // mocktikv ignores the list, so they go one by one
		single := &kvrpcpb.ResolveLockRequest{Context: r.Context, StartVersion: one.Txn, CommitVersion: one.Status}
		answer, err = ask[*kvrpcpb.ResolveLockResponse](ctx, s, tikvrpc.CmdResolveLock, single, r.Context)
		if err != nil || answer.RegionError != nil || answer.Error != nil {
			return answer, err
		}
	}
	return answer, nil
}

func (s *storeServer) KvGC(ctx context.Context, r *kvrpcpb.GCRequest) (*kvrpcpb.GCResponse, error) {
	return ask[*kvrpcpb.GCResponse](ctx, s, tikvrpc.CmdGC, r, r.Context)
}

func (s *storeServer) SplitRegion(_ context.Context, r *kvrpcpb.SplitRegionRequest) (*kvrpcpb.SplitRegionResponse, error) {
	keys := r.SplitKeys
	if len(keys) == 0 {
		keys = [][]byte{r.SplitKey}
	}
	out := &kvrpcpb.SplitRegionResponse{}
	for _, key := range keys {
		if err := s.cluster.split(key); err != nil {
			return nil, err
		}
		region, _ := s.cluster.regions.GetRegion(s.cluster.regionOf(key))
		out.Regions = append(out.Regions, region)
	}
	return out, nil
}
