namespace Aspire.Hosting.ApplicationModel;

/// <summary>A value that is set once others may already be waiting for it.</summary>
internal sealed class ValueSnapshot<T>
    where T : notnull
{
    private volatile TaskCompletionSource<T> _value = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public bool IsValueSet => _value.Task.IsCompletedSuccessfully;

    public Task<T> GetValueAsync(CancellationToken cancellationToken = default) => _value.Task.WaitAsync(cancellationToken);

    public void SetValue(T value)
    {
        if (_value.TrySetResult(value)) return;

        var replaced = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        replaced.SetResult(value);
        _value = replaced;
    }
}
