export function Logo({ size = 32 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="9" fill="#149184" />
      <path d="M6 19.500h20l-3.400 5.200a2 2 0 0 1-1.700.9h-9.800a2 2 0 0 1-1.700-.9zM15 6.500v10.800H7.800zM17 9v8.300h6.200z" fill="#fff" />
    </svg>
  );
}
