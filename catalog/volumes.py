"""Disks that every node has: gp3, in GiB, with IOPS and MiB/s where they are above what comes with gp3."""

SYSTEM_ROOT_GIB = 50

GPU_ROOT_GIB = 200
GPU_ROOT_IOPS = 4000
GPU_ROOT_MIBPS = 600

GP3_FREE_IOPS = 3000
GP3_FREE_MIBPS = 125

ALERTMANAGER_GIB = 2
