package main

import (
	"context"
	"errors"
	"io"
	"strconv"
	"strings"

	"github.com/pingcap/kvproto/pkg/keyspacepb"
	"github.com/pingcap/kvproto/pkg/metapb"
	"github.com/pingcap/kvproto/pkg/pdpb"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// pdServer answers PD's protocol. It is the only member.
type pdServer struct {
	pdpb.UnimplementedPDServer
	keyspacepb.UnimplementedKeyspaceServer
	cluster *cluster
	server
}

func (p *pdServer) start() error {
	options, err := p.cluster.serverOptions()
	if err != nil {
		return err
	}
	return p.listen(options, func(g *grpc.Server) {
		pdpb.RegisterPDServer(g, p)
		keyspacepb.RegisterKeyspaceServer(g, p)
	})
}

func header() *pdpb.ResponseHeader { return &pdpb.ResponseHeader{ClusterId: clusterID} }

func (p *pdServer) GetMembers(context.Context, *pdpb.GetMembersRequest) (*pdpb.GetMembersResponse, error) {
	url := "http://" + p.addr
	if p.cluster.options.tls != "" {
		url = "https://" + p.addr
	}
	member := &pdpb.Member{Name: "pd", MemberId: 1, PeerUrls: []string{url}, ClientUrls: []string{url}}
	return &pdpb.GetMembersResponse{Header: header(), Members: []*pdpb.Member{member}, Leader: member, EtcdLeader: member}, nil
}

func (p *pdServer) Tso(stream pdpb.PD_TsoServer) error {
	for {
		r, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		physical, logical, err := p.cluster.oracle.next(int64(r.Count))
		if err != nil {
			return err
		}
		answer := &pdpb.TsoResponse{Header: header(), Count: r.Count, Timestamp: &pdpb.Timestamp{Physical: physical, Logical: logical}}
		if err := stream.Send(answer); err != nil {
			return err
		}
	}
}

func (p *pdServer) IsBootstrapped(context.Context, *pdpb.IsBootstrappedRequest) (*pdpb.IsBootstrappedResponse, error) {
	return &pdpb.IsBootstrappedResponse{Header: header(), Bootstrapped: true}, nil
}

func (p *pdServer) AllocID(context.Context, *pdpb.AllocIDRequest) (*pdpb.AllocIDResponse, error) {
	return nil, status.Error(codes.Unimplemented, "the numbers of regions are replayed at start: clients may take none")
}

func (p *pdServer) GetStore(_ context.Context, r *pdpb.GetStoreRequest) (*pdpb.GetStoreResponse, error) {
	store := p.cluster.regions.GetStore(r.StoreId)
	if store == nil {
		return nil, status.Errorf(codes.NotFound, "invalid store ID %d, not found", r.StoreId)
	}
	return &pdpb.GetStoreResponse{Header: header(), Store: store, Stats: &pdpb.StoreStats{}}, nil
}

func (p *pdServer) GetAllStores(context.Context, *pdpb.GetAllStoresRequest) (*pdpb.GetAllStoresResponse, error) {
	return &pdpb.GetAllStoresResponse{Header: header(), Stores: p.cluster.regions.GetAllStores()}, nil
}

func found(region *metapb.Region, leader *metapb.Peer) (*pdpb.GetRegionResponse, error) {
	return &pdpb.GetRegionResponse{Header: header(), Region: region, Leader: leader}, nil
}

func (p *pdServer) GetRegion(_ context.Context, r *pdpb.GetRegionRequest) (*pdpb.GetRegionResponse, error) {
	region, leader, _ := p.cluster.regions.GetRegionByKey(r.RegionKey)
	return found(region, leader)
}

func (p *pdServer) GetPrevRegion(_ context.Context, r *pdpb.GetRegionRequest) (*pdpb.GetRegionResponse, error) {
	region, leader, _ := p.cluster.regions.GetPrevRegionByKey(r.RegionKey)
	return found(region, leader)
}

func (p *pdServer) GetRegionByID(_ context.Context, r *pdpb.GetRegionByIDRequest) (*pdpb.GetRegionResponse, error) {
	region, leader, _ := p.cluster.regions.GetRegionByID(r.RegionId)
	return found(region, leader)
}

func (p *pdServer) ScanRegions(_ context.Context, r *pdpb.ScanRegionsRequest) (*pdpb.ScanRegionsResponse, error) {
	out := &pdpb.ScanRegionsResponse{Header: header()}
	for _, known := range p.cluster.regions.ScanRegions(r.StartKey, r.EndKey, int(r.Limit)) {
		out.RegionMetas = append(out.RegionMetas, known.Meta)
		out.Leaders = append(out.Leaders, known.Leader)
		out.Regions = append(out.Regions, &pdpb.Region{Region: known.Meta, Leader: known.Leader})
	}
	return out, nil
}

func (p *pdServer) GetClusterConfig(context.Context, *pdpb.GetClusterConfigRequest) (*pdpb.GetClusterConfigResponse, error) {
	peers := uint32(len(p.cluster.stores))
	return &pdpb.GetClusterConfigResponse{Header: header(), Cluster: &metapb.Cluster{Id: clusterID, MaxPeerCount: peers}}, nil
}

func (p *pdServer) GetGCSafePoint(context.Context, *pdpb.GetGCSafePointRequest) (*pdpb.GetGCSafePointResponse, error) {
	return &pdpb.GetGCSafePointResponse{Header: header(), SafePoint: p.cluster.safePoint.Load()}, nil
}

// UpdateGCSafePoint moves the safe point forward, and has the versions below it collected in the background.
func (p *pdServer) UpdateGCSafePoint(_ context.Context, r *pdpb.UpdateGCSafePointRequest) (*pdpb.UpdateGCSafePointResponse, error) {
	c := p.cluster
	c.changes.Lock()
	defer c.changes.Unlock()
	if r.SafePoint > c.safePoint.Load() {
		if err := c.doLocked(change{Op: "safe-point", Safe: r.SafePoint}); err != nil {
			return nil, err
		}
		go c.collectInBackground()
	}
	return &pdpb.UpdateGCSafePointResponse{Header: header(), NewSafePoint: c.safePoint.Load()}, nil
}

func (p *pdServer) UpdateServiceGCSafePoint(_ context.Context, r *pdpb.UpdateServiceGCSafePointRequest) (*pdpb.UpdateServiceGCSafePointResponse, error) {
	return &pdpb.UpdateServiceGCSafePointResponse{Header: header(), ServiceId: r.ServiceId, TTL: r.TTL, MinSafePoint: r.SafePoint}, nil
}

func (p *pdServer) ScatterRegion(context.Context, *pdpb.ScatterRegionRequest) (*pdpb.ScatterRegionResponse, error) {
	return &pdpb.ScatterRegionResponse{Header: header()}, nil
}

// LoadKeyspace knows the keyspaces DEFAULT and ks1, ks2, …
func (p *pdServer) LoadKeyspace(_ context.Context, r *keyspacepb.LoadKeyspaceRequest) (*keyspacepb.LoadKeyspaceResponse, error) {
	number, numbered := strings.CutPrefix(r.Name, "ks")
	id, err := strconv.ParseUint(number, 10, 24)
	if r.Name != "DEFAULT" && (!numbered || err != nil) {
		return nil, status.Error(codes.NotFound, "keyspace does not exist")
	}
	return &keyspacepb.LoadKeyspaceResponse{Header: header(), Keyspace: &keyspacepb.KeyspaceMeta{Id: uint32(id), Name: r.Name}}, nil
}
